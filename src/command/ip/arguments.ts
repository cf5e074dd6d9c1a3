import { Exit, type Process } from "../../machine/process.ts";
import { type Family, type Prefix, parseAddress, parsePrefix } from "./inet.ts";

/** iproute2's abbreviations: `word` is a beginning of `full`. The order of the questions decides. */
export function matches(word: string, full: string): boolean {
  return word !== "" && full.startsWith(word);
}

/** exit(-1), as iproute2 ends on a bad command line. */
export const USAGE_ERROR = 255;

/** A command line being read, with iproute2's ways to complain: each prints one line and ends the program. */
export class Arguments {
  readonly words: readonly string[];
  at: number;
  private readonly proc: Process;

  constructor(proc: Process, words: readonly string[], at = 0) {
    this.proc = proc;
    this.words = words;
    this.at = at;
  }

  get more(): boolean {
    return this.at < this.words.length;
  }

  get left(): number {
    return this.words.length - this.at;
  }

  /** The word under the cursor. */
  get word(): string {
    return this.words[this.at];
  }

  /** Moves on to the value of an option, which must be there (NEXT_ARG). */
  next(): string {
    if (++this.at >= this.words.length) this.fail('Command line is not complete. Try option "help"\n');
    return this.words[this.at];
  }

  fail(message: string, status = USAGE_ERROR): never {
    this.proc.err(message);
    throw new Exit(status);
  }

  /** invarg */
  wrong(why: string, value: string): never {
    this.fail(`Error: argument "${value}" is wrong: ${why}\n`);
  }

  /** missarg */
  required(key: string): never {
    this.fail(`Error: argument "${key}" is required\n`);
  }

  /** duparg */
  duplicate(key: string, value: string): never {
    this.fail(`Error: duplicate "${key}": "${value}" is the second value.\n`);
  }

  /** duparg2 */
  garbage(key: string, value: string): never {
    this.fail(`Error: either "${key}" is duplicate, or "${value}" is a garbage.\n`);
  }

  /** get_addr: an address alone. "default" and "any" have none. */
  address(text: string, family: Family): Prefix {
    const found = parseAddress(text, family);
    if (!found) this.fail(`Error: ${expected(family)} address is expected rather than "${text}".\n`, 1);
    return found;
  }

  /** get_prefix */
  prefix(text: string, family: Family): Prefix {
    if (family === "link") {
      this.fail(`Error: "${text}" may be inet prefix, but it is not allowed in this context.\n`, 1);
    }
    const found = parsePrefix(text, family);
    if (!found) this.fail(`Error: ${expected(family)} prefix is expected rather than "${text}".\n`, 1);
    return found;
  }
}

function expected(family: Family): string {
  return family === "" ? "any valid" : family;
}

/** ll_addr_a2n: bytes in hexadecimal with colons (any number of them), or a dotted address. */
export function parseLinkAddress(proc: Process, text: string): Uint8Array | undefined {
  const bad = (part: string): undefined => {
    proc.err(`"${part}" is invalid lladdr.\n`);
    return undefined;
  };
  if (text.includes(".")) {
    const found = parseAddress(text, "inet");
    if (!found || typeof found.address !== "number") return bad(text);
    const a = found.address;
    return Uint8Array.of(a >>> 24, (a >>> 16) & 255, (a >>> 8) & 255, a & 255);
  }
  const bytes: number[] = [];
  for (const part of text.split(":")) {
    const digits = /^\s*(?:0[xX])?([0-9a-fA-F]+)/.exec(part);
    if (!digits) return bad(part);
    const value = Number.parseInt(digits[1], 16);
    if (value > 255) return bad(part);
    bytes.push(value);
  }
  return Uint8Array.from(bytes);
}

/** check_ifname: 1 … 15 characters without "/" and white space. */
export function isInterfaceName(name: string): boolean {
  return name !== "" && name.length < 16 && !/[/\s]/.test(name);
}
