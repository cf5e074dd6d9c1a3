import type { Machine } from "../../machine/machine.ts";
import type { Packet } from "../../netfilter/packet.ts";
import type { Device, Tap } from "../../network/device.ts";
import type { NetNamespace } from "../../network/namespace.ts";
import { put16 } from "../../wire/bytes.ts";
import * as ethernet from "../../wire/ethernet.ts";
import type { CapturedFrame } from "../engine.ts";

/** Hands on each frame of every device of every namespace, also of those that are still to come. */
export class Capture {
  private readonly machine: Machine;
  private readonly onFrame: (frame: CapturedFrame) => void;

  constructor(machine: Machine, onFrame: (frame: CapturedFrame) => void) {
    this.machine = machine;
    this.onFrame = onFrame;
    for (const ns of machine.allNamespaces()) this.listen(ns);
    machine.onNamespace = (ns) => this.listen(ns);
  }

  private listen(ns: NetNamespace): void {
    const tap: Tap = (pkt: Packet, direction: "in" | "out", dev: Device) => {
      this.onFrame({
        ns: ns.name,
        dev: dev.name,
        direction,
        time: BigInt(this.machine.epoch) + BigInt(Math.round(this.machine.now)),
        bytes: frameOf(pkt),
      });
    };
    ns.taps.push(tap);
  }
}

/** The frame with a link header; one that has none gets a header without addresses. */
function frameOf(pkt: Packet): Uint8Array {
  if (pkt.mac >= 0) return pkt.data.slice(pkt.mac, pkt.end);
  const frame = new Uint8Array(ethernet.LENGTH + pkt.length);
  put16(frame, 12, pkt.protocol);
  frame.set(pkt.data.subarray(pkt.net, pkt.end), ethernet.LENGTH);
  return frame;
}
