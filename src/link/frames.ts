import type { CapturedFrame } from "../engine/engine.ts";

/** What is kept of a flood: the newest. */
const MOST = { frames: 40_000, bytes: 64e6 };

/** The frames of a lab, for a capture file. Beyond a limit the older half is forgotten. */
export class FrameStore {
  private kept: CapturedFrame[] = [];
  private bytes = 0;

  add(frame: CapturedFrame): void {
    this.kept.push(frame);
    this.bytes += frame.bytes.length;
    if (this.kept.length <= MOST.frames && this.bytes <= MOST.bytes) return;
    this.kept = this.kept.slice(this.kept.length >> 1);
    this.bytes = this.kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  get all(): readonly CapturedFrame[] {
    return this.kept;
  }
}
