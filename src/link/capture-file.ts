import { concat } from "../base/text.ts";
import type { CapturedFrame } from "../engine/engine.ts";
import { LINKTYPE_ETHERNET } from "../wire/pcap.ts";
import { enhancedPacket, interfaceDescription, sectionHeader } from "../wire/pcapng.ts";

/** Frames of many devices in one pcapng file; an interface there is "namespace/device". */
export function captureFile(frames: readonly CapturedFrame[]): Uint8Array<ArrayBuffer> {
  const interfaces = new Map<string, number>();
  const heads: Uint8Array[] = [];
  const packets: Uint8Array[] = [];
  for (const { ns, dev, time, bytes, direction, linkType = LINKTYPE_ETHERNET } of frames) {
    const name = `${ns}/${dev}`;
    let at = interfaces.get(name);
    if (at === undefined) {
      at = heads.push(interfaceDescription(linkType, { name })) - 1;
      interfaces.set(name, at);
    }
    packets.push(enhancedPacket({ interface: at, time, data: bytes, direction }));
  }
  return new Uint8Array(concat([sectionHeader(), ...heads, ...packets]));
}
