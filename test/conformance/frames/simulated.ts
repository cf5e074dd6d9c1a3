import { text } from "../../../src/base/text.ts";
import type { Profile } from "../../../src/engine/engine.ts";
import { SimulatedEngine } from "../../../src/engine/simulated/engine.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import type { Answer } from "../run.ts";
import { describeFrames, type LinkFrame } from "./describe.ts";

/** Runs a case on a simulated machine with a capture on every device. */
export function runWithFrames(script: string, profile: Profile, arpApart?: boolean): Answer {
  const frames: LinkFrame[] = [];
  const engine = new SimulatedEngine({
    profile,
    timeLimit: 60e9,
    onFrame: ({ ns, dev, direction, bytes }) => {
      if (ns === "host") return;
      const mac = engine.machine.namespaceNamed(ns)?.links.byName(dev)?.mac;
      frames.push({ ns, dev, type: direction === "out" ? 4 : typeOf(bytes, mac), partial: false, bytes });
    },
  });
  const said = { stdout: "", stderr: "" };
  const status = engine.runToEnd({
    argv: ["bash", "-c", script, "lab"],
    output: (bytes, stream) => {
      said[stream] += text(bytes);
    },
  });
  return { ...said, status, frames: describeFrames(frames, arpApart) };
}

/** eth_type_trans: sll_pkttype of a frame that came in. */
function typeOf(frame: Uint8Array, mac: Uint8Array | undefined): number {
  const to = ethernet.dst(frame, 0);
  if (ethernet.equal(to, ethernet.BROADCAST)) return 1;
  if (ethernet.isGroup(frame, 0)) return 2;
  return mac && ethernet.equal(to, mac) ? 0 : 3;
}
