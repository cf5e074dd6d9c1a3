import { type Option, UsageError } from "../../netfilter/extension.ts";

/** The tool's own options: letter, long names (some letters have several), and whether an argument follows. */
const TABLE: readonly (readonly [
  letter: string,
  arg: "none" | "required" | "optional",
  ...names: string[],
])[] = [
  ["A", "required", "append"],
  ["D", "required", "delete"],
  ["C", "required", "check"],
  ["I", "required", "insert"],
  ["R", "required", "replace"],
  ["L", "optional", "list"],
  ["S", "optional", "list-rules"],
  ["F", "optional", "flush"],
  ["Z", "optional", "zero"],
  ["N", "required", "new-chain"],
  ["X", "optional", "delete-chain"],
  ["E", "required", "rename-chain"],
  ["P", "required", "policy"],
  ["s", "required", "source", "src"],
  ["d", "required", "destination", "dst"],
  ["p", "required", "protocol"],
  ["i", "required", "in-interface"],
  ["j", "required", "jump"],
  ["t", "required", "table"],
  ["m", "required", "match"],
  ["n", "none", "numeric"],
  ["o", "required", "out-interface"],
  ["v", "none", "verbose"],
  ["w", "optional", "wait"],
  ["W", "optional", "wait-interval"],
  ["x", "none", "exact"],
  ["f", "none", "fragments"],
  ["V", "none", "version"],
  ["h", "optional", "help"],
  ["0", "none", "line-numbers"],
  ["M", "required", "modprobe"],
  ["c", "required", "set-counters"],
  ["g", "required", "goto"],
  ["4", "none", "ipv4"],
  ["6", "none", "ipv6"],
];

interface BaseOption {
  readonly letter: string;
  readonly arg: "none" | "required" | "optional";
}

const LONG = new Map<string, BaseOption>();
const SHORT = new Map<string, BaseOption>();
for (const [letter, arg, ...names] of TABLE) {
  SHORT.set(letter, { letter, arg });
  for (const name of names) LONG.set(name, { letter, arg });
}
SHORT.delete("0");

/** All long names of the tool itself, for completion. */
export const longNames = (): string[] => [...LONG.keys()];

/** An extension that has been named so far, whose options are known. */
export interface Loaded {
  readonly options: readonly Option<unknown>[];
}

const byName = new WeakMap<readonly Option<unknown>[], Map<string, Option<unknown>>>();
function namesOf(options: readonly Option<unknown>[]): Map<string, Option<unknown>> {
  let names = byName.get(options);
  if (names === undefined) {
    names = new Map();
    for (const option of options) {
      names.set(option.name, option);
      for (const alias of option.aliases ?? []) names.set(alias, option);
    }
    byName.set(options, names);
  }
  return names;
}

/** What getopt found next: a base option, an extension's, a word that is no option, or the end. */
export type Found<L extends Loaded> =
  | { readonly kind: "base"; readonly letter: string; readonly arg: string | undefined }
  | { readonly kind: "extension"; readonly owner: L; readonly option: Option<unknown>; readonly arg: string }
  | { readonly kind: "unknown"; readonly word: string }
  | { readonly kind: "word"; readonly word: string };

/**
 * getopt_long with "-" before its option string, as glibc has it: words that are no options come in their place,
 * long names may be shortened while they stay unique, short ones cluster.
 */
export class Getopt<L extends Loaded> {
  readonly argv: readonly string[];
  /** The next word (optind). */
  index: number;
  /** The rest of a cluster of short options. */
  private cluster = "";
  private clusterWord = "";

  constructor(argv: readonly string[], index = 1) {
    this.argv = argv;
    this.index = index;
  }

  /** True when the next word is there and no option: xs_has_arg. */
  get hasArgument(): boolean {
    const next = this.argv[this.index];
    return next !== undefined && next[0] !== "-" && next[0] !== "!";
  }

  /** Goes one word back: the option that was not known is looked at again. */
  private back = 0;
  again(): void {
    this.index = this.back;
    this.cluster = "";
  }

  next(loaded: readonly L[]): Found<L> | null {
    if (this.cluster !== "") return this.short();
    const word = this.argv[this.index];
    if (word === undefined) return null;
    this.back = this.index++;
    if (word[0] !== "-" || word === "-") return { kind: "word", word };
    if (word[1] !== "-") {
      this.cluster = word.slice(1);
      this.clusterWord = word;
      return this.short();
    }
    if (word === "--") return null;
    return this.long(word, loaded);
  }

  private short(): Found<L> {
    const letter = this.cluster[0];
    this.cluster = this.cluster.slice(1);
    const option = SHORT.get(letter);
    if (option === undefined) return { kind: "unknown", word: this.clusterWord };
    if (option.arg === "none") return { kind: "base", letter, arg: undefined };
    let arg: string | undefined;
    if (this.cluster !== "") {
      arg = this.cluster;
      this.cluster = "";
    } else if (option.arg === "required") {
      arg = this.argv[this.index++];
      if (arg === undefined) throw new UsageError(`option "${this.clusterWord}" requires an argument`);
    }
    return { kind: "base", letter, arg };
  }

  private long(word: string, loaded: readonly L[]): Found<L> {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const value = equals < 0 ? undefined : word.slice(equals + 1);
    const base = LONG.get(name);
    if (base !== undefined) return this.base(word, base, value);
    // What was loaded last is found first.
    for (let i = loaded.length - 1; i >= 0; i--) {
      const option = namesOf(loaded[i].options).get(name);
      if (option !== undefined) return this.extension(word, loaded[i], option, value);
    }
    // A shortened name must mean one option only.
    const candidates = new Map<BaseOption | Option<unknown>, () => Found<L>>();
    for (const [known, option] of LONG)
      if (known.startsWith(name))
        candidates.set(SHORT.get(option.letter) ?? option, () => this.base(word, option, value));
    for (const owner of loaded)
      for (const [known, option] of namesOf(owner.options))
        if (known.startsWith(name)) candidates.set(option, () => this.extension(word, owner, option, value));
    if (candidates.size !== 1) return { kind: "unknown", word };
    const [take] = candidates.values();
    return take();
  }

  private base(word: string, { letter, arg }: BaseOption, value: string | undefined): Found<L> {
    if (arg === "none")
      return value === undefined ? { kind: "base", letter, arg: value } : { kind: "unknown", word };
    return { kind: "base", letter, arg: arg === "optional" ? value : this.argument(word, value) };
  }

  private extension(word: string, owner: L, option: Option<unknown>, value: string | undefined): Found<L> {
    if (option.arg === undefined)
      return value === undefined ? { kind: "extension", owner, option, arg: "" } : { kind: "unknown", word };
    return { kind: "extension", owner, option, arg: this.argument(word, value) };
  }

  private argument(word: string, value: string | undefined): string {
    const arg = value ?? this.argv[this.index++];
    if (arg === undefined) throw new UsageError(`option "${word}" requires an argument`);
    return arg;
  }
}
