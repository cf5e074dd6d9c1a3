import { checksum } from "../checksum.ts";
import * as tcp from "../tcp.ts";
import { type Dissection, TRUNCATED } from "./dissection.ts";
import { shouldBe } from "./ip.ts";
import {
  FTP_PORTS,
  HTTP_PORTS,
  RTSP_PORTS,
  SMTP_PORTS,
  SSH_PORTS,
  TCP_DECODED,
  WHOIS_PORTS,
} from "./ports.ts";
import { HTTP_METHODS, printTextProtocol, RTSP_METHODS, textLine } from "./text.ts";
import { addresses, endpoints, hex4, pseudoHeader } from "./udp.ts";

const FLAGS: readonly (readonly [number, string])[] = [
  [tcp.FIN, "F"],
  [tcp.SYN, "S"],
  [tcp.RST, "R"],
  [tcp.PSH, "P"],
  [tcp.ACK, "."],
  [tcp.URG, "U"],
  [tcp.ECE, "E"],
  [tcp.CWR, "W"],
];

/** The flags as tcpdump writes them: "S", "S.", "P.", "none". */
export function flagText(flags: number): string {
  let text = "";
  for (const [bit, letter] of FLAGS) if (flags & bit) text += letter;
  return text || "none";
}

const OPTIONS: Readonly<Record<number, string>> = {
  0: "eol",
  1: "nop",
  2: "mss",
  3: "wscale",
  4: "sackOK",
  5: "sack",
  6: "echo",
  7: "echoreply",
  8: "TS",
  11: "cc",
  12: "ccnew",
  19: "md5",
  20: "scps",
  28: "uto",
  29: "tcp-ao",
  30: "mptcp",
  34: "tfo",
  253: "exp",
  254: "exp",
};

/** What a conversation's first segments said, to print sequence numbers relative to. */
interface Base {
  seq: number;
  ack: number;
  reverse: boolean;
}

export function printTcp(
  d: Dissection,
  at: number,
  length: number,
  version: 4 | 6,
  outer: number,
  fragmented: boolean,
): void {
  d.protocol = "tcp";
  if (!d.has(at, 4)) {
    d.print(`${addresses(d, version, outer)}:`);
    d.truncated();
    return;
  }
  d.print(`${endpoints(d, at, version, outer, "tcp")}: `);
  if (!d.has(at, tcp.LENGTH)) {
    d.truncated();
    return;
  }
  const hlen = tcp.headerLength(d.data, at);
  if (hlen < tcp.LENGTH) {
    d.print(` tcp ${(length - hlen) >>> 0} [bad hdr length ${hlen} - too short, < 20]`);
    return;
  }
  let seq = tcp.seq(d.data, at);
  let ack = tcp.ack(d.data, at);
  const flags = tcp.flags(d.data, at);
  if (d.options.quiet) {
    d.print(`tcp ${(length - hlen) >>> 0}`);
    if (hlen > length) d.print(` [bad hdr length ${hlen} - too long, > ${length}]`);
    return;
  }
  d.print(`Flags [${flagText(flags)}]`);
  let base: Base | null = null;
  if (!d.options.absoluteSequence && flags & tcp.ACK && d.conversations) {
    base = conversation(d, at, version, outer, seq, ack, flags);
    if (base.seq !== -1) {
      seq = (seq - (base.reverse ? base.ack : base.seq)) >>> 0;
      ack = (ack - (base.reverse ? base.seq : base.ack)) >>> 0;
    } else base = firstOf(d, at, version, outer);
  }
  if (hlen > length) {
    d.print(` [bad hdr length ${hlen} - too long, > ${length}]`);
    return;
  }
  if (d.options.verbose && !d.options.ignoreChecksums && !fragmented && d.has(at, length)) {
    const stands = tcp.checksumOf(d.data, at);
    const sum = checksum(d.data, at, at + length, pseudoHeader(d, version, outer, 6, length));
    d.print(`, cksum 0x${hex4(stands)}`);
    d.print(sum === 0 ? " (correct)" : ` (incorrect -> 0x${hex4(shouldBe(stands, sum))})`);
  }
  const payload = length - hlen;
  if (d.options.verbose > 1 || payload > 0 || flags & (tcp.SYN | tcp.FIN | tcp.RST)) {
    d.print(`, seq ${seq}`);
    if (payload > 0) d.print(`:${(seq + payload) >>> 0}`);
  }
  if (flags & tcp.ACK) d.print(`, ack ${ack}`);
  d.print(`, win ${tcp.window(d.data, at)}`);
  if (flags & tcp.URG) d.print(`, urg ${tcp.urgent(d.data, at)}`);
  if (hlen > tcp.LENGTH && !printOptions(d, at + tcp.LENGTH, hlen - tcp.LENGTH, base)) return;
  d.print(`, length ${payload}`);
  if (payload > 0) printPayload(d, at, hlen, payload, flags);
}

function keyOf(d: Dissection, at: number, version: 4 | 6, outer: number): { key: string; reverse: boolean } {
  const size = version === 4 ? 4 : 16;
  const from = version === 4 ? outer + 12 : outer + 8;
  const a = `${Array.from(d.data.subarray(from, from + size)).join(".")}/${d.u16(at)}`;
  const b = `${Array.from(d.data.subarray(from + size, from + 2 * size)).join(".")}/${d.u16(at + 2)}`;
  return a < b ? { key: `${a} ${b}`, reverse: false } : { key: `${b} ${a}`, reverse: true };
}

/** Finds the conversation of a segment, or notes it (then `seq` of the answer is −1: print absolute numbers). */
function conversation(
  d: Dissection,
  at: number,
  version: 4 | 6,
  outer: number,
  seq: number,
  ack: number,
  flags: number,
): Base {
  const { key, reverse } = keyOf(d, at, version, outer);
  const known = d.conversations?.get(key);
  if (known && !(flags & tcp.SYN)) return { ...known, reverse };
  d.conversations?.set(key, reverse ? { ack: seq, seq: (ack - 1) >>> 0 } : { seq, ack: (ack - 1) >>> 0 });
  return { seq: -1, ack: -1, reverse };
}

function firstOf(d: Dissection, at: number, version: 4 | 6, outer: number): Base | null {
  const { key, reverse } = keyOf(d, at, version, outer);
  const known = d.conversations?.get(key);
  return known ? { ...known, reverse } : null;
}

/** The option list; false when a malformed one ends the whole line. */
function printOptions(d: Dissection, from: number, length: number, base: Base | null): boolean {
  let at = from;
  let left = length;
  let separator = "";
  d.print(", options [");
  const bad = (): boolean => {
    d.print(`[bad opt]${separator ? "]" : ""}`);
    return false;
  };
  while (left > 0) {
    d.print(separator);
    if (!d.has(at, Math.min(left, optionSize(d, at)))) {
      cut(d, at, separator);
      return false;
    }
    const kind = d.u8(at++);
    let size = 1;
    left--;
    if (kind > 1) {
      size = d.u8(at++);
      if (size < 2 || size > left + 1) return bad();
      left--;
    }
    d.print(OPTIONS[kind] || `unknown-${kind}`);
    let used = 0;
    const short = (need: number): boolean => need > left;
    switch (kind) {
      case tcp.OPT_END:
      case tcp.OPT_NOP:
      case tcp.OPT_SACK_PERMITTED:
        break;
      case tcp.OPT_MSS:
        used = 2;
        if (short(used)) return bad();
        d.print(` ${d.u16(at)}`);
        break;
      case tcp.OPT_WSCALE:
        used = 1;
        if (short(used)) return bad();
        d.print(` ${d.u8(at)}`);
        break;
      case tcp.OPT_TIMESTAMP:
        used = 8;
        if (short(used)) return bad();
        d.print(` val ${d.u32(at)} ecr ${d.u32(at + 4)}`);
        break;
      case tcp.OPT_SACK: {
        used = size - 2;
        if (used % 8 !== 0) {
          d.print(" invalid sack");
          break;
        }
        d.print(` ${used / 8} `);
        // Acknowledged data is the other side's: relative to its first sequence number.
        const zero = base ? (base.reverse ? base.seq : base.ack) : 0;
        for (let i = 0; i < used; i += 8)
          d.print(`{${(d.u32(at + i) - zero) >>> 0}:${(d.u32(at + i + 4) - zero) >>> 0}}`);
        break;
      }
      case 28: {
        used = 2;
        if (short(used)) return bad();
        const value = d.u16(at);
        d.print(` 0x${value.toString(16)} ${value & 1 ? (value >>> 1) * 60 : value >>> 1}`);
        break;
      }
      case 19:
        used = 16;
        if (short(used)) return bad();
        d.print(` shared secret not supplied with -M, can't check - ${hexBytes(d, at, used)}`);
        break;
      case 34:
        used = size - 2;
        d.print(` ${fastOpen(d, at, used)}`);
        break;
      case 253:
      case 254: {
        used = size - 2;
        if (used < 2) return bad();
        const magic = d.u16(at);
        if (magic === 0xf989) d.print(`-tfo${fastOpen(d, at + 2, used - 2)}`);
        else d.print(`-0x${hex4(magic)}`);
        break;
      }
      default:
        used = size - 2;
        if (used > 0) d.print(` 0x${hexBytes(d, at, used)}`);
    }
    at += used;
    left -= used;
    if (used + (kind > 1 ? 2 : 1) !== size) d.print(`[len ${size}]`);
    separator = ",";
    if (kind === tcp.OPT_END) break;
  }
  d.print("]");
  return true;
}

/** What an option claims to be long, or 1 when that is not captured. */
function optionSize(d: Dissection, at: number): number {
  if (!d.has(at, 1) || d.data[at] <= 1 || !d.has(at, 2)) return 1;
  return Math.max(2, d.data[at + 1]);
}

/** The capture ends inside an option: its name, if that is there, and tcpdump's mark. */
function cut(d: Dissection, at: number, separator: string): void {
  if (!d.has(at, 1)) throw TRUNCATED;
  if (d.has(at, 2)) d.print(OPTIONS[d.data[at]] || `unknown-${d.data[at]}`);
  d.truncated();
  if (separator) d.print(">");
}

function fastOpen(d: Dissection, at: number, length: number): string {
  if (length === 0) return " cookiereq";
  if (length % 2 !== 0 || length < 4 || length > 16) return "len invalid";
  return ` cookie ${hexBytes(d, at, length)}`;
}

function hexBytes(d: Dissection, at: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++)
    text += d
      .u8(at + i)
      .toString(16)
      .padStart(2, "0");
  return text;
}

/** Text protocols by their ports; what a reset says when -v asks. */
function printPayload(d: Dissection, at: number, hlen: number, length: number, flags: number): void {
  const from = at + hlen;
  if (flags & tcp.RST && d.options.verbose) {
    let text = "";
    for (let i = from; i < from + Math.min(length, 80); i++) {
      const byte = d.u8(i);
      text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
    }
    d.print(` [RST${length > 80 ? "+" : ""} ${text}]`);
    return;
  }
  const sport = d.u16(at);
  const dport = d.u16(at + 2);
  const either = (ports: readonly number[]): boolean => ports.includes(sport) || ports.includes(dport);
  if (either(SMTP_PORTS)) {
    d.print(": ");
    d.protocol = "smtp";
    printTextProtocol(d, from, length, null);
  } else if (either(HTTP_PORTS)) {
    d.print(": ");
    d.protocol = "http";
    printTextProtocol(d, from, length, HTTP_METHODS);
  } else if (either(SSH_PORTS)) {
    d.protocol = "ssh";
    d.print(": SSH");
    textLine(d, ": ", from, 0, length);
  } else if (either(WHOIS_PORTS)) {
    d.print(": ");
    d.protocol = "whois";
    printTextProtocol(d, from, length, null);
  } else if (either(RTSP_PORTS)) {
    d.print(": ");
    d.protocol = "rtsp";
    printTextProtocol(d, from, length, RTSP_METHODS);
  } else if (either(FTP_PORTS)) {
    d.print(": ");
    d.protocol = "ftp";
    printTextProtocol(d, from, length, null);
  } else {
    const name = TCP_DECODED[sport] ?? TCP_DECODED[dport];
    if (name !== undefined) {
      d.undecoded.add(name);
      d.print(` [${name} not decoded]`);
    }
  }
}
