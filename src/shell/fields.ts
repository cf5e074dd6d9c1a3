import { escapePattern } from "./pattern.ts";

/** One word after expansion: its text, and the pattern that it is (quoted characters escaped). */
export interface Field {
  text: string;
  pattern: string;
  /** An unquoted pattern character may be in it. */
  glob: boolean;
}

const GLOB = /[*?[\]]|[+@!]\(/;

/** Builds the fields of a word from its pieces, splitting what has to be split by IFS. */
export class Fields {
  readonly done: Field[] = [];
  private text = "";
  private pattern = "";
  private glob = false;
  private open = false;
  private readonly space: string;
  private readonly other: string;

  constructor(ifs: string) {
    this.space = [...ifs].filter((c) => c === " " || c === "\t" || c === "\n").join("");
    this.other = [...ifs].filter((c) => c !== " " && c !== "\t" && c !== "\n").join("");
  }

  quoted(s: string): void {
    this.open = true;
    this.text += s;
    this.pattern += escapePattern(s);
  }

  literal(s: string): void {
    this.open = true;
    this.text += s;
    this.pattern += s;
    if (!this.glob && GLOB.test(s)) this.glob = true;
  }

  /** An unquoted expansion's text. */
  split(s: string): void {
    if (s === "") return;
    const { space, other } = this;
    if (space === "" && other === "") {
      this.expanded(s);
      return;
    }
    let from = 0;
    for (let i = 0; i < s.length; ) {
      const c = s[i];
      const isSpace = space.includes(c);
      if (!isSpace && !other.includes(c)) {
        i++;
        continue;
      }
      if (i > from) this.expanded(s.slice(from, i));
      // One delimiter: white space, and at most one other character with its white space.
      let hard = false;
      while (i < s.length && space.includes(s[i])) i++;
      if (i < s.length && other.includes(s[i])) {
        hard = true;
        i++;
        while (i < s.length && space.includes(s[i])) i++;
      }
      if (this.open) this.end();
      else if (hard) this.done.push({ text: "", pattern: "", glob: false });
      from = i;
    }
    if (from < s.length) this.expanded(s.slice(from));
  }

  /** Text from an expansion: backslashes in it are not quotes for patterns. */
  private expanded(s: string): void {
    this.open = true;
    this.text += s;
    if (GLOB.test(s)) this.glob = true;
    this.pattern += s;
  }

  /** Ends the field, if there is one. */
  end(): void {
    if (!this.open) return;
    this.done.push({ text: this.text, pattern: this.pattern, glob: this.glob });
    this.text = "";
    this.pattern = "";
    this.glob = false;
    this.open = false;
  }

  /** Something quoted stands here, even if it is empty. */
  present(): void {
    this.open = true;
  }

  finish(): Field[] {
    this.end();
    return this.done;
  }
}
