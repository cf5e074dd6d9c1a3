import { u16, u32 } from "../bytes.ts";
import { format as mac } from "../ethernet.ts";
import { format as v4 } from "../ipv4.ts";
import { format as v6 } from "../ipv6.ts";

/** Names for numbers, as the printing program's system knows them; undefined leaves the number. */
export interface Names {
  /** Host name of an IPv4 address. */
  host4?(address: number): string | undefined;
  host6?(address: Uint8Array): string | undefined;
  /** Service name of a port. */
  service?(port: number, protocol: "tcp" | "udp"): string | undefined;
}

/** What tcpdump's options ask of the printing. */
export interface PrintOptions {
  /** -n given: no names (tcpdump's "don't convert addresses"). */
  numeric: boolean;
  /** -e: the link header too. */
  link: boolean;
  /** How many -v. */
  verbose: number;
  /** How many -q. */
  quiet: number;
  /** -x and -X count once or twice (with the link header); -A. */
  hex: number;
  hexAscii: number;
  ascii: number;
  /** -S: TCP sequence numbers as they stand. */
  absoluteSequence: boolean;
  /** -K: checksums are not verified. */
  ignoreChecksums: boolean;
  names: Names;
}

export const DEFAULTS: PrintOptions = {
  numeric: true,
  link: false,
  verbose: 0,
  quiet: 0,
  hex: 0,
  hexAscii: 0,
  ascii: 0,
  absoluteSequence: false,
  ignoreChecksums: false,
  names: {},
};

/** Initial sequence numbers of a TCP conversation: from the lower to the higher side, and back. */
export interface Conversation {
  seq: number;
  ack: number;
}

/** Thrown by a read past the captured bytes: tcpdump then prints "[|proto]" and goes to the next packet. */
export const TRUNCATED = Symbol("truncated");

/**
 * One packet being printed: its bytes, where they end, and the text so far. Reads past `snap` throw TRUNCATED,
 * so a printer reads as if the packet were whole.
 */
export class Dissection {
  readonly data: Uint8Array;
  /** One past the last captured byte; narrowed to what an IP header claims. */
  snap: number;
  /** Name for "[|proto]". */
  protocol = "";
  out = "";
  readonly options: PrintOptions;
  readonly conversations: Map<string, Conversation> | null;
  /** Protocols that tcpdump decodes and this printer does not, met so far. */
  readonly undecoded: Set<string>;
  /** How deep packets stand in packets. */
  depth = 0;

  constructor(
    data: Uint8Array,
    snap: number,
    options: PrintOptions,
    conversations: Map<string, Conversation> | null,
    undecoded: Set<string>,
  ) {
    this.data = data;
    this.snap = snap;
    this.options = options;
    this.conversations = conversations;
    this.undecoded = undecoded;
  }

  print(text: string): void {
    this.out += text;
  }

  has(at: number, length: number): boolean {
    return at + length <= this.snap;
  }
  need(at: number, length: number): void {
    if (at + length > this.snap) throw TRUNCATED;
  }
  u8(at: number): number {
    if (at + 1 > this.snap) throw TRUNCATED;
    return this.data[at];
  }
  u16(at: number): number {
    if (at + 2 > this.snap) throw TRUNCATED;
    return u16(this.data, at);
  }
  u32(at: number): number {
    if (at + 4 > this.snap) throw TRUNCATED;
    return u32(this.data, at);
  }

  ip4(at: number): string {
    return this.host4(this.u32(at));
  }
  host4(address: number): string {
    return (this.options.numeric ? undefined : this.options.names.host4?.(address)) ?? v4(address);
  }
  ip6(at: number): string {
    this.need(at, 16);
    const address = this.data.subarray(at, at + 16);
    return (this.options.numeric ? undefined : this.options.names.host6?.(address)) ?? v6(address);
  }
  port(number: number, protocol: "tcp" | "udp"): string {
    return (
      (this.options.numeric ? undefined : this.options.names.service?.(number, protocol)) ?? String(number)
    );
  }
  /** etheraddr_string: with the vendor beside it unless -n. */
  mac(at: number): string {
    this.need(at, 6);
    const address = this.data.subarray(at, at + 6);
    const text = mac(address);
    if (this.options.numeric) return text;
    if (text === "ff:ff:ff:ff:ff:ff") return "Broadcast";
    return `${text} (oui ${vendor((address[0] << 16) | (address[1] << 8) | address[2])})`;
  }

  invalid(): void {
    this.print(" (invalid)");
  }
  truncated(): void {
    this.print(` [|${this.protocol}]`);
  }
}

/** tcpdump's own short list of vendors (the ones that a lab meets). */
function vendor(oui: number): string {
  if (oui === 0) return "Ethernet";
  if (oui === 0x00000c || oui === 0x000142) return "Cisco";
  return "Unknown";
}
