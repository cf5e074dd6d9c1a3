import { put16, u16 } from "./bytes.ts";

/** Ethernet II: destination, source, EtherType (IEEE 802.3). Header bytes. */
export const LENGTH = 14;

export const TYPE_IPV4 = 0x0800;
export const TYPE_ARP = 0x0806;
export const TYPE_VLAN = 0x8100;
export const TYPE_IPV6 = 0x86dd;

export const BROADCAST: Uint8Array = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

export function dst(data: Uint8Array, mac: number): Uint8Array {
  return data.subarray(mac, mac + 6);
}

export function src(data: Uint8Array, mac: number): Uint8Array {
  return data.subarray(mac + 6, mac + 12);
}

export function type(data: Uint8Array, mac: number): number {
  return u16(data, mac + 12);
}

/** True for broadcast and multicast (the group bit). */
export function isGroup(data: Uint8Array, mac: number): boolean {
  return (data[mac] & 1) !== 0;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a[5] === b[5] && a[4] === b[4] && a[3] === b[3] && a[2] === b[2] && a[1] === b[1] && a[0] === b[0];
}

/** Writes the header at `mac`. */
export function emit(
  data: Uint8Array,
  mac: number,
  to: Uint8Array,
  from: Uint8Array,
  ethertype: number,
): void {
  data.set(to, mac);
  data.set(from, mac + 6);
  put16(data, mac + 12, ethertype);
}

/** aa:bb:cc:dd:ee:ff */
export function format(address: Uint8Array): string {
  let text = "";
  for (let i = 0; i < address.length; i++) text += (i ? ":" : "") + address[i].toString(16).padStart(2, "0");
  return text;
}

/** Six bytes, or undefined when `text` is no MAC address (one or two hex digits a byte, as ether_aton). */
export function parse(text: string): Uint8Array | undefined {
  const parts = text.split(":");
  if (parts.length !== 6 || !parts.every((p) => /^[0-9a-fA-F]{1,2}$/.test(p))) return undefined;
  return Uint8Array.from(parts, (p) => Number.parseInt(p, 16));
}
