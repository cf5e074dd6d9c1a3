/** A regular expression in JavaScript's syntax, as a tree. The host has already said that it is valid. */
export type Node =
  /** One character: `source` is a class, an escape or the character itself. */
  | { readonly kind: "set"; readonly source: string }
  | { readonly kind: "sequence"; readonly items: readonly Node[] }
  | { readonly kind: "choice"; readonly options: readonly Node[] }
  /** A capturing group. */
  | { readonly kind: "group"; readonly index: number; readonly node: Node }
  | {
      readonly kind: "repeat";
      readonly node: Node;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly kind: "assert"; readonly what: "^" | "$" | "b" | "B" }
  | { readonly kind: "look"; readonly node: Node; readonly ahead: boolean; readonly not: boolean }
  | { readonly kind: "back"; readonly index: number };

export interface Tree {
  readonly node: Node;
  /** How many capturing groups there are. */
  readonly groups: number;
  /** Groups by name. */
  readonly names: ReadonlyMap<string, number>;
}

export function parseRegExp(source: string, unicode: boolean): Tree {
  return new Parser(source, unicode).tree();
}

const QUANTIFIER = /\{(\d+)(,(\d*))?\}/y;
const ESCAPE = /\\(?:x[0-9A-Fa-f]{2}|u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|[pP]\{[^}]*\}|c[A-Za-z]|.)/suy;
const OPENING = /\((?:\?(?:(:)|(<?[=!])|<([^>]+)>))?/y;

class Parser {
  private readonly s: string;
  private readonly unicode: boolean;
  private at = 0;
  private groups = 0;
  private readonly names = new Map<string, number>();

  constructor(source: string, unicode: boolean) {
    this.s = source;
    this.unicode = unicode;
  }

  tree(): Tree {
    const node = this.choice();
    return { node, groups: this.groups, names: this.names };
  }

  private choice(): Node {
    const options = [this.sequence()];
    while (this.s[this.at] === "|") {
      this.at++;
      options.push(this.sequence());
    }
    return options.length === 1 ? options[0] : { kind: "choice", options };
  }

  private sequence(): Node {
    const items: Node[] = [];
    while (this.at < this.s.length && this.s[this.at] !== "|" && this.s[this.at] !== ")")
      items.push(this.quantified(this.atom()));
    return items.length === 1 ? items[0] : { kind: "sequence", items };
  }

  private quantified(node: Node): Node {
    const c = this.s[this.at];
    let min: number;
    let max = Number.POSITIVE_INFINITY;
    if (c === "*") min = 0;
    else if (c === "+") min = 1;
    else if (c === "?") {
      min = 0;
      max = 1;
    } else if (c === "{") {
      const found = this.take(QUANTIFIER);
      if (!found) return node;
      min = Number(found[1]);
      if (found[2] === undefined) max = min;
      else if (found[3] !== "") max = Number(found[3]);
      this.at--;
    } else return node;
    this.at++;
    const greedy = this.s[this.at] !== "?";
    if (!greedy) this.at++;
    return { kind: "repeat", node, min, max, greedy };
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.s);
    if (found) this.at += found[0].length;
    return found;
  }

  private atom(): Node {
    const c = this.s[this.at];
    if (c === "(") return this.group();
    if (c === "^" || c === "$") {
      this.at++;
      return { kind: "assert", what: c };
    }
    if (c === "[") return { kind: "set", source: this.bracket() };
    if (c === "\\") return this.escape();
    const width = this.unicode ? String.fromCodePoint(this.s.codePointAt(this.at) as number).length : 1;
    const source = this.s.slice(this.at, this.at + width);
    this.at += width;
    return {
      kind: "set",
      source: source === "{" || source === "}" || source === "]" ? `\\${source}` : source,
    };
  }

  private escape(): Node {
    const next = this.s[this.at + 1];
    if (next === "b" || next === "B") {
      this.at += 2;
      return { kind: "assert", what: next };
    }
    const number = /[1-9]\d*/y;
    number.lastIndex = this.at + 1;
    const back = number.exec(this.s);
    if (back) {
      this.at += 1 + back[0].length;
      return { kind: "back", index: Number(back[0]) };
    }
    if (next === "k") {
      const close = this.s.indexOf(">", this.at);
      const name = this.s.slice(this.at + 3, close);
      this.at = close + 1;
      return { kind: "back", index: this.names.get(name) ?? 0 };
    }
    return { kind: "set", source: (this.take(ESCAPE) as RegExpExecArray)[0] };
  }

  private bracket(): string {
    const start = this.at++;
    for (; this.s[this.at] !== "]"; this.at++) if (this.s[this.at] === "\\") this.at++;
    return this.s.slice(start, ++this.at);
  }

  private group(): Node {
    const [, plain, look, name] = this.take(OPENING) as RegExpExecArray;
    const capture = plain === undefined && look === undefined;
    const index = capture ? ++this.groups : 0;
    if (name !== undefined) this.names.set(name, index);
    const node = this.choice();
    this.at++;
    if (look !== undefined) return { kind: "look", node, ahead: look.length === 1, not: look.endsWith("!") };
    return capture ? { kind: "group", index, node } : node;
  }
}
