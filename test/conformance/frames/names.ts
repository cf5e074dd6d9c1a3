import { u16, u32 } from "../../../src/wire/bytes.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import * as ipv4 from "../../../src/wire/ipv4.ts";
import { TIMESTAMP, TS_ONLY, walk } from "../../../src/wire/ipv4-options.ts";
import * as tcp from "../../../src/wire/tcp.ts";

/** Crafted segments count from small numbers; a stack's own first number is random and hardly ever so small. */
const SMALL = 1 << 20;
/** What ping writes first into its data: a struct timeval. */
const TIMEVAL = 16;

/** Names for the fields of packets that chance decides, each standing for the same thing everywhere. */
export class Names {
  private readonly ids = new Map<number, string>();
  /** "src sport dst dport" → the first sequence number of that direction. */
  private readonly bases = new Map<string, number>();

  /** Takes in what a frame says of where a connection begins. */
  learn(bytes: Uint8Array): void {
    const at = ethernet.LENGTH;
    if (ethernet.type(bytes, 0) !== ethernet.TYPE_IPV4 || !ipv4.valid(bytes, at, bytes.length)) return;
    const from = at + ipv4.headerLength(bytes, at);
    if (ipv4.protocol(bytes, at) !== ipv4.TCP || ipv4.fragment(bytes, at) & ipv4.OFFSET) return;
    if (bytes.length < from + 20 || !(tcp.flags(bytes, from) & tcp.SYN)) return;
    this.bases.set(flow(bytes, at, from), u32(bytes, from + 4));
  }

  /** IP identification: random, but 0 is 0, and the same one is the same. */
  ipId(bytes: Uint8Array, at: number): string {
    const id = ipv4.id(bytes, at);
    if (id === 0) return "0";
    const name = this.ids.get(id) ?? `ID${this.ids.size + 1}`;
    this.ids.set(id, name);
    return name;
  }

  sequence(bytes: Uint8Array, at: number, from: number): string {
    return relative(u32(bytes, from + 4), this.bases.get(flow(bytes, at, from)));
  }

  acknowledged(bytes: Uint8Array, at: number, from: number): string {
    return relative(u32(bytes, from + 8), this.bases.get(flow(bytes, at, from, true)));
  }

  /** TCP options, without the values of time stamps (random offsets) and of selective acknowledgements. */
  options(bytes: Uint8Array, from: number, end: number): string {
    const words: string[] = [];
    for (let i = from; i < end; ) {
      const kind = bytes[i];
      if (kind === tcp.OPT_END || kind === tcp.OPT_NOP) {
        words.push(kind === tcp.OPT_END ? "end" : "nop");
        i++;
        continue;
      }
      const size = bytes[i + 1] ?? 0;
      if (size < 2 || i + size > end) {
        words.push(`broken ${kind}`);
        break;
      }
      const value = Buffer.from(bytes.subarray(i + 2, i + size)).toString("hex");
      if (kind === tcp.OPT_TIMESTAMP) words.push("timestamp");
      else if (kind === tcp.OPT_SACK) words.push(`sack ${(size - 2) / 8}`);
      else words.push(`${kind}:${value}`);
      i += size;
    }
    return words.join(" ");
  }

  /** A header's options, with ones in place of the times of day that hosts have written in a timestamp option. */
  clockless(bytes: Uint8Array, at: number, end: number): Uint8Array {
    const options = bytes.slice(at + ipv4.LENGTH, end);
    walk(options, 0, options.length, (type, from, length) => {
      if (type !== TIMESTAMP || length < 4) return true;
      const size = (options[from + 3] & 15) === TS_ONLY ? 4 : 8;
      const written = Math.min(length, options[from + 2] - 1);
      for (let i = size; i + 4 <= written; i += size) options.fill(0x11, from + i, from + i + 4);
      return true;
    });
    return options;
  }

  /** An echo identifier: ping draws it; what is crafted is small. */
  echo(id: number): string {
    return id < 16 ? String(id) : "N";
  }

  /** How many bytes at the beginning of an echo's data are the time when it was sent. */
  stamped(bytes: Uint8Array, from: number, end: number): number {
    return u16(bytes, from + 4) >= 16 && end - from - 8 >= TIMEVAL ? TIMEVAL : 0;
  }
}

function flow(bytes: Uint8Array, at: number, from: number, back = false): string {
  const one = `${ipv4.src(bytes, at)} ${u16(bytes, from)}`;
  const other = `${ipv4.dst(bytes, at)} ${u16(bytes, from + 2)}`;
  return back ? `${other} ${one}` : `${one} ${other}`;
}

function relative(value: number, base: number | undefined): string {
  if (value < SMALL) return String(value);
  return base === undefined ? "?" : `+${(value - base) >>> 0}`;
}
