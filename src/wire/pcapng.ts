import { concat, text, utf8 } from "../base/text.ts";
import { type Capture, type CapturedPacket, reader, SNAPLEN } from "./pcap.ts";

/**
 * pcapng (draft-ietf-opsawg-pcapng): written with section header, interface description and enhanced packet
 * blocks in little-endian, times in nanoseconds; read in both byte orders.
 */

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;

// Options.
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;

const le32 = (value: number): Uint8Array =>
  Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255);
const le16 = (value: number): Uint8Array => Uint8Array.of(value & 255, (value >>> 8) & 255);

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const all = new Uint8Array((bytes.length + 3) & ~3);
  all.set(bytes);
  return all;
}

function option(code: number, value: Uint8Array): Uint8Array {
  return concat([le16(code), le16(value.length), padded(value)]);
}

function block(type: number, body: Uint8Array, options: Uint8Array[]): Uint8Array {
  const tail = options.length > 0 ? concat([...options, le32(0)]) : new Uint8Array(0);
  const length = 12 + body.length + tail.length;
  return concat([le32(type), le32(length), body, tail, le32(length)]);
}

/** The block that opens a file. */
export function sectionHeader(application = "packetwalk", comment?: string): Uint8Array {
  const options = [option(SHB_USERAPPL, utf8(application))];
  if (comment) options.unshift(option(OPT_COMMENT, utf8(comment)));
  // Version 1.0; the section's length is not told (all ones).
  const body = concat([le32(BYTE_ORDER), le16(1), le16(0), le32(0xffffffff), le32(0xffffffff)]);
  return block(SECTION, body, options);
}

export interface InterfaceOptions {
  name?: string;
  description?: string;
  snaplen?: number;
}

/** An interface; packets name it by its order in the section, from 0. Its times are in nanoseconds. */
export function interfaceDescription(linkType: number, options: InterfaceOptions = {}): Uint8Array {
  const list: Uint8Array[] = [];
  if (options.name) list.push(option(IF_NAME, utf8(options.name)));
  if (options.description) list.push(option(IF_DESCRIPTION, utf8(options.description)));
  list.push(option(IF_TSRESOL, Uint8Array.of(9)));
  return block(INTERFACE, concat([le16(linkType), le16(0), le32(options.snaplen ?? SNAPLEN)]), list);
}

export interface EnhancedPacket {
  /** Order of its interface in the section. */
  interface: number;
  /** Nanoseconds since 1970. */
  time: bigint;
  /** The captured bytes, and the size on the wire when it is not theirs. */
  data: Uint8Array;
  length?: number;
  direction?: "in" | "out";
  comments?: readonly string[];
}

export function enhancedPacket(packet: EnhancedPacket): Uint8Array {
  const body = concat([
    le32(packet.interface),
    le32(Number(packet.time >> 32n)),
    le32(Number(packet.time & 0xffffffffn)),
    le32(packet.data.length),
    le32(packet.length ?? packet.data.length),
    padded(packet.data),
  ]);
  const options = (packet.comments ?? []).map((comment) => option(OPT_COMMENT, utf8(comment)));
  if (packet.direction) options.push(option(EPB_FLAGS, le32(packet.direction === "in" ? 1 : 2)));
  return block(ENHANCED_PACKET, body, options);
}

/** One device's capture file, made of blocks in order: `start` first, then `packet` for each frame. */
export class Recorder {
  private readonly linkType: number;
  private readonly options: InterfaceOptions;

  /** @param name the device's name, as Wireshark shows it. */
  constructor(linkType: number, name: string, description?: string) {
    this.linkType = linkType;
    this.options = description === undefined ? { name } : { name, description };
  }

  start(): Uint8Array {
    return concat([sectionHeader(), interfaceDescription(this.linkType, this.options)]);
  }

  packet(time: bigint, data: Uint8Array, direction?: "in" | "out", comments?: readonly string[]): Uint8Array {
    const packet: EnhancedPacket = { interface: 0, time, data };
    if (direction) packet.direction = direction;
    if (comments) packet.comments = comments;
    return enhancedPacket(packet);
  }
}

/** What reading pcapng gives beside a capture: comments, interface names, directions. */
export interface NgPacket extends CapturedPacket {
  interface: number;
  comments: string[];
  direction?: "in" | "out";
}
export interface NgCapture extends Capture {
  format: "pcapng";
  interfaces: { linkType: number; snaplen: number; name?: string; unitsPerSecond: number }[];
  packets: NgPacket[];
}

/** Reads a file; one that is none gives libpcap's words. Blocks of other types are passed over. */
export function read(bytes: Uint8Array): NgCapture | { error: string } {
  if (bytes.length < 12 || reader(bytes, true).u32(0) !== SECTION) return { error: "unknown file format" };
  const capture: NgCapture = {
    format: "pcapng",
    linkType: 0,
    snaplen: 0,
    nanoseconds: false,
    packets: [],
    interfaces: [],
  };
  let at = reader(bytes, true);
  for (let i = 0; i < bytes.length; ) {
    if (i + 8 > bytes.length) {
      capture.error = `truncated pcapng dump file; tried to read 8 bytes, only got ${bytes.length - i}`;
      break;
    }
    if (at.u32(i) === SECTION && i + 12 <= bytes.length) {
      const little = reader(bytes, true).u32(i + 8) === BYTE_ORDER;
      if (!little && reader(bytes, false).u32(i + 8) !== BYTE_ORDER) {
        capture.error = "the file has a section with an unknown byte order";
        break;
      }
      at = reader(bytes, little);
    }
    const type = at.u32(i);
    const length = at.u32(i + 4);
    if (length < 12 || length % 4 !== 0) {
      capture.error = `block in pcapng dump file has a length of ${length} < 12`;
      break;
    }
    if (i + length > bytes.length) {
      capture.error = truncatedBlock(type, length, bytes.length - i);
      break;
    }
    if (at.u32(i + length - 4) !== length) {
      capture.error = "block total length in header and trailer don't match";
      break;
    }
    const wrong = readBlock(bytes, at, i, type, length, capture);
    if (wrong !== undefined) {
      capture.error = wrong;
      break;
    }
    i += length;
  }
  if (capture.interfaces.length === 0)
    return { error: capture.error ?? "the capture file has no Interface Description Blocks" };
  capture.linkType = capture.interfaces[0]?.linkType ?? 0;
  capture.snaplen = capture.interfaces[0]?.snaplen || SNAPLEN;
  return capture;
}

/** libpcap reads a block's first words (with a section's byte order) and then the rest. */
function truncatedBlock(type: number, length: number, left: number): string {
  const first = type === SECTION ? 12 : 8;
  return `truncated pcapng dump file; tried to read ${length - first} bytes, only got ${left - first}`;
}

type Access = ReturnType<typeof reader>;

function* options(bytes: Uint8Array, at: Access, from: number, to: number): Generator<[number, Uint8Array]> {
  for (let i = from; i + 4 <= to; ) {
    const code = at.u16(i);
    const length = at.u16(i + 2);
    if (code === 0 || i + 4 + length > to) return;
    yield [code, bytes.subarray(i + 4, i + 4 + length)];
    i += 4 + ((length + 3) & ~3);
  }
}

/** Reads one block; the answer is what is wrong with it. */
function readBlock(
  bytes: Uint8Array,
  at: Access,
  i: number,
  type: number,
  length: number,
  capture: NgCapture,
): string | undefined {
  const end = i + length - 4;
  if (type === INTERFACE) {
    if (length < 20) return "block is too short for its type";
    const entry: NgCapture["interfaces"][number] = {
      linkType: at.u16(i + 8),
      snaplen: at.u32(i + 12),
      unitsPerSecond: 1e6,
    };
    for (const [code, value] of options(bytes, at, i + 16, end)) {
      if (code === IF_NAME) entry.name = text(value);
      else if (code === IF_TSRESOL && value.length > 0)
        entry.unitsPerSecond = value[0] & 0x80 ? 2 ** (value[0] & 0x7f) : 10 ** value[0];
    }
    if (entry.unitsPerSecond > 1e6) capture.nanoseconds = true;
    capture.interfaces.push(entry);
  } else if (type === ENHANCED_PACKET) {
    if (length < 32) return "block is too short for its type";
    const index = at.u32(i + 8);
    const from = capture.interfaces[index];
    if (from === undefined)
      return `a packet arrived on interface ${index}, but there's no Interface Description Block for that interface`;
    const captured = at.u32(i + 20);
    if (i + 28 + captured > end) return "block is too short for its packet";
    const units = BigInt(Math.round(from.unitsPerSecond));
    const stamp = (BigInt(at.u32(i + 12)) << 32n) | BigInt(at.u32(i + 16));
    const packet: NgPacket = {
      seconds: Number(stamp / units),
      nanoseconds: Number(((stamp % units) * 1_000_000_000n) / units),
      data: bytes.slice(i + 28, i + 28 + captured),
      length: at.u32(i + 24),
      linkType: from.linkType,
      interface: index,
      comments: [],
    };
    for (const [code, value] of options(bytes, at, i + 28 + ((captured + 3) & ~3), end)) {
      if (code === OPT_COMMENT) packet.comments.push(text(value));
      else if (code === EPB_FLAGS && value.length === 4) {
        const flags = reader(value, at.u16(i + 4) === (bytes[i + 4] | (bytes[i + 5] << 8))).u32(0) & 3;
        if (flags === 1) packet.direction = "in";
        else if (flags === 2) packet.direction = "out";
      }
    }
    capture.packets.push(packet);
  } else if (type === SIMPLE_PACKET) {
    const from = capture.interfaces[0];
    if (from === undefined || length < 16)
      return "a packet arrived on interface 0, but there's no Interface Description Block for that interface";
    const size = at.u32(i + 8);
    const captured = Math.min(size, from.snaplen || size, length - 16);
    capture.packets.push({
      seconds: 0,
      nanoseconds: 0,
      data: bytes.slice(i + 12, i + 12 + captured),
      length: size,
      linkType: from.linkType,
      interface: 0,
      comments: [],
    });
  }
  return undefined;
}
