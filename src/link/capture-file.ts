import { concat } from "../base/text.ts";
import type { CapturedFrame } from "../engine/engine.ts";
import { LINKTYPE_ETHERNET } from "../wire/pcap.ts";
import { enhancedPacket, interfaceDescription, sectionHeader } from "../wire/pcapng.ts";

/** Frames of many devices in one pcapng file; an interface there is "namespace/device". */
export function captureFile(frames: readonly CapturedFrame[]): Uint8Array<ArrayBuffer> {
  const interfaces = new Map<string, number>();
  const packets: Uint8Array[] = [];
  for (const { ns, dev, time, bytes, direction } of frames) {
    const name = `${ns}/${dev}`;
    const at = interfaces.get(name) ?? interfaces.size;
    interfaces.set(name, at);
    packets.push(enhancedPacket({ interface: at, time, data: bytes, direction }));
  }
  const heads = [...interfaces.keys()].map((name) => interfaceDescription(LINKTYPE_ETHERNET, { name }));
  return new Uint8Array(concat([sectionHeader(), ...heads, ...packets]));
}
