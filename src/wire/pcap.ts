/** Capture files of the classic kind (pcap-savefile): written as tcpdump writes them, read in every variant. */

export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_LINUX_SLL2 = 276;

export const MAGIC_MICROSECONDS = 0xa1b2c3d4;
export const MAGIC_NANOSECONDS = 0xa1b23c4d;

/** tcpdump's default snapshot length. */
export const SNAPLEN = 262144;

/** A captured packet. Seconds and nanoseconds apart: their sum is beyond a double's 53 bits. */
export interface CapturedPacket {
  /** Seconds since 1970. */
  seconds: number;
  nanoseconds: number;
  /** The captured bytes. */
  data: Uint8Array;
  /** Size on the wire. */
  length: number;
  /** Link type of the interface it came from. */
  linkType: number;
}

const le32 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
};
const le16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
};

/** The 24 bytes at the start of a file, little-endian, version 2.4. */
export function fileHeader(linkType: number, snaplen = SNAPLEN, nanoseconds = false): Uint8Array {
  const bytes = new Uint8Array(24);
  le32(bytes, 0, nanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS);
  le16(bytes, 4, 2);
  le16(bytes, 6, 4);
  le32(bytes, 16, snaplen);
  le32(bytes, 20, linkType);
  return bytes;
}

/** One packet's record: 16 bytes of header and the captured bytes. */
export function record(packet: Omit<CapturedPacket, "linkType">, nanoseconds = false): Uint8Array {
  const bytes = new Uint8Array(16 + packet.data.length);
  le32(bytes, 0, packet.seconds);
  le32(bytes, 4, nanoseconds ? packet.nanoseconds : Math.floor(packet.nanoseconds / 1000));
  le32(bytes, 8, packet.data.length);
  le32(bytes, 12, packet.length);
  bytes.set(packet.data, 16);
  return bytes;
}

/** What a reader gives: the header's facts, the packets, and what stopped it before the end. */
export interface Capture {
  format: "pcap" | "pcapng";
  linkType: number;
  snaplen: number;
  /** Whether times are finer than microseconds. */
  nanoseconds: boolean;
  packets: CapturedPacket[];
  /** libpcap's words for what is wrong behind the last packet, when something is. */
  error?: string;
}

/** Little- or big-endian access, whichever the file's magic said. */
export function reader(
  bytes: Uint8Array,
  little: boolean,
): { u16(at: number): number; u32(at: number): number } {
  return little
    ? {
        u16: (at) => bytes[at] | (bytes[at + 1] << 8),
        u32: (at) => (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0,
      }
    : {
        u16: (at) => (bytes[at] << 8) | bytes[at + 1],
        u32: (at) => ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0,
      };
}

/** Reads a classic capture file. A file that is none gives libpcap's words for it. */
export function read(bytes: Uint8Array): Capture | { error: string } {
  if (bytes.length < 4)
    return { error: `truncated dump file; tried to read 4 file header bytes, only got ${bytes.length}` };
  const magicLittle = reader(bytes, true).u32(0);
  const magicBig = reader(bytes, false).u32(0);
  const isMagic = (m: number): boolean => m === MAGIC_MICROSECONDS || m === MAGIC_NANOSECONDS;
  if (!isMagic(magicLittle) && !isMagic(magicBig)) return { error: "unknown file format" };
  const little = isMagic(magicLittle);
  const nanoseconds = (little ? magicLittle : magicBig) === MAGIC_NANOSECONDS;
  const at = reader(bytes, little);
  if (bytes.length < 24)
    return { error: `truncated dump file; tried to read 24 file header bytes, only got ${bytes.length - 4}` };
  const major = at.u16(4);
  if (major < 2) return { error: "archaic pcap savefile format" };
  if (major !== 2 || (at.u16(6) !== 4 && at.u16(6) !== 3))
    return { error: `unsupported pcap savefile version ${major}.${at.u16(6)}` };
  const snaplen = at.u32(16);
  const linkType = at.u32(20) & 0x03ffffff;
  const capture: Capture = { format: "pcap", linkType, snaplen, nanoseconds, packets: [] };
  const most = Math.max(snaplen, SNAPLEN);
  let i = 24;
  while (i < bytes.length) {
    if (i + 16 > bytes.length) {
      capture.error = `truncated dump file; tried to read 16 header bytes, only got ${bytes.length - i}`;
      break;
    }
    const size = at.u32(i + 8);
    if (size > most) {
      capture.error = `invalid packet capture length ${size}, bigger than snaplen of ${most}`;
      break;
    }
    if (i + 16 + size > bytes.length) {
      capture.error = `truncated dump file; tried to read ${size} captured bytes, only got ${bytes.length - i - 16}`;
      break;
    }
    const fraction = at.u32(i + 4);
    capture.packets.push({
      seconds: at.u32(i),
      nanoseconds: nanoseconds ? fraction : fraction * 1000,
      data: bytes.slice(i + 16, i + 16 + size),
      length: at.u32(i + 12),
      linkType,
    });
    i += 16 + size;
  }
  return capture;
}
