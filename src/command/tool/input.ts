import { text } from "../../base/text.ts";
import { MAX_MEMORY, MemoryExhausted, type Process, type Running } from "../../machine/process.ts";

/** A line may be this long. */
const MAX_LINE = 2 ** 23;

/** Reads a descriptor line by line, as the data comes: never more than one read ahead. */
export class LineReader {
  private readonly proc: Process;
  private readonly fd: number;
  private readonly delimiter: string;
  private rest = "";
  private undecoded: Uint8Array = new Uint8Array(0);
  private ended = false;
  /** Whether the last line that `line` gave ended in a delimiter. */
  terminated = true;

  constructor(proc: Process, fd: number, delimiter = "\n") {
    this.proc = proc;
    this.fd = fd;
    this.delimiter = delimiter;
  }

  /** The next line without its delimiter; null at the end. */
  *line(): Running<string | null> {
    let from = 0;
    for (;;) {
      const stop = this.rest.indexOf(this.delimiter, from);
      if (stop >= 0) {
        const line = this.rest.slice(0, stop);
        this.rest = this.rest.slice(stop + 1);
        this.terminated = true;
        return line;
      }
      if (this.ended) {
        if (this.rest === "") return null;
        const line = this.rest;
        this.rest = "";
        this.terminated = false;
        return line;
      }
      from = this.rest.length;
      if (from > MAX_LINE) throw new MemoryExhausted();
      yield* this.fill();
    }
  }

  /** Everything that is left. */
  *all(): Running<string> {
    const parts = [this.rest];
    let held = 0;
    this.rest = "";
    while (!this.ended) {
      yield* this.fill();
      parts.push(this.rest);
      held += this.rest.length;
      if (held > MAX_MEMORY) throw new MemoryExhausted();
      this.rest = "";
    }
    return parts.join("");
  }

  private *fill(): Running<void> {
    const data = yield* this.proc.read(this.fd);
    if (data.length === 0) {
      this.ended = true;
      this.rest += text(this.undecoded);
      this.undecoded = new Uint8Array(0);
      return;
    }
    let bytes = data;
    if (this.undecoded.length > 0) {
      bytes = new Uint8Array(this.undecoded.length + data.length);
      bytes.set(this.undecoded);
      bytes.set(data, this.undecoded.length);
    }
    const whole = wholeCharacters(bytes);
    this.undecoded = bytes.slice(whole);
    this.rest += text(bytes.subarray(0, whole));
  }
}

/** How many of the bytes end before an unfinished UTF-8 character. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const b = bytes[bytes.length - back];
    if (b < 0x80) return bytes.length;
    if (b >= 0xc0) {
      const need = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
      return need > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** All bytes of a descriptor. */
export function* readToEnd(proc: Process, fd: number): Running<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const data = yield* proc.read(fd);
    if (data.length === 0) break;
    parts.push(data.slice());
    length += data.length;
    if (length > MAX_MEMORY) throw new MemoryExhausted();
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
