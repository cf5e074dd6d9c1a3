import type { CapturedFrame } from "../engine/engine.ts";
import type { KernelEngine } from "../engine/kernel/engine.ts";
import type { KernelWalker } from "../engine/kernel/walk/walker.ts";
import type { WalkEvent } from "../walk/event.ts";

/** Whether a lab on the kernel can be watched here; says what is missing. */
export async function canWatch(say: (line: string) => void): Promise<boolean> {
  const { has } = await import("../engine/kernel/doctor.ts");
  const tool = process.getuid?.() === 0 ? "tcpdump" : "python3";
  if (has(tool)) return true;
  say(`to watch packets takes ${tool}, which is missing: packetwalk doctor says how to install it.`);
  return false;
}

export interface Watch {
  /** The script whose commands are told. */
  readonly script: string;
  readonly onEvent: ((event: WalkEvent) => void) | undefined;
  readonly onFrame: ((frame: CapturedFrame) => void) | undefined;
  readonly onNotice: (line: string) => void;
  readonly shown?: () => Promise<void>;
}

/** A walker for a lab that is watched, after a line for what the kernel will not tell. */
export async function openWalker(
  engine: KernelEngine,
  { script, onEvent, onFrame, onNotice, shown }: Watch,
): Promise<KernelWalker> {
  const { KernelWalker } = await import("../engine/kernel/walk/walker.ts");
  const walker = await KernelWalker.open(engine.sandbox, {
    script,
    onEvent: onEvent ?? (() => {}),
    onNotice,
    ...(onFrame ? { onFrame } : {}),
    ...(shown ? { shown } : {}),
  });
  if (onEvent && !walker.hasReasons)
    onNotice(
      `the kernel does not say here why it drops a packet${process.getuid?.() === 0 ? "" : " (that takes root)"}; rules' verdicts are told.`,
    );
  return walker;
}
