import type { CapturedFrame } from "../../../src/engine/engine.ts";
import type { SimulatedEngine } from "../../../src/engine/simulated/engine.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import type { LinkFrame } from "./describe.ts";

/** A frame that the simulated machine captured; none of its initial namespace's. */
export function linkFrame(
  engine: SimulatedEngine,
  { ns, dev, direction, bytes }: CapturedFrame,
): LinkFrame[] {
  if (ns === "host") return [];
  const mac = engine.machine.namespaceNamed(ns)?.links.byName(dev)?.mac;
  return [{ ns, dev, type: direction === "out" ? 4 : typeOf(bytes, mac), partial: false, bytes }];
}

/** eth_type_trans: sll_pkttype of a frame that came in. */
function typeOf(frame: Uint8Array, mac: Uint8Array | undefined): number {
  const to = ethernet.dst(frame, 0);
  if (ethernet.equal(to, ethernet.BROADCAST)) return 1;
  if (ethernet.isGroup(frame, 0)) return 2;
  return mac && ethernet.equal(to, mac) ? 0 : 3;
}
