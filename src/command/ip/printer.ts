/** What a field is, for its colour (iproute2's color_attr). */
export type Colour = "ifname" | "mac" | "inet" | "inet6" | "up" | "down";

// ANSI SGR parameters, for a light and for a dark background (COLORFGBG).
const LIGHT: Record<Colour, string> = {
  ifname: "36",
  mac: "33",
  inet: "35",
  inet6: "34",
  up: "32",
  down: "31",
};
const DARK: Record<Colour, string> = {
  ifname: "1;36",
  mac: "1;33",
  inet: "1;35",
  inet6: "1;34",
  up: "1;32",
  down: "1;31",
};

export type Palette = "none" | "light" | "dark";

export interface PrinterStyle {
  readonly json: boolean;
  readonly pretty: boolean;
  readonly palette: Palette;
  /** What ends a line inside a record: "\n", or "\\" for -oneline. */
  readonly newline: string;
}

/**
 * Prints a record once, as text or as JSON: iproute2's print_* family. A field has a key for JSON and a
 * frame (`before`, `after`) for text; the colour spans the frame too, as in iproute2.
 */
export class Printer {
  readonly json: boolean;
  readonly newline: string;
  private readonly pretty: boolean;
  private readonly colours: Record<Colour, string> | null;
  private text = "";
  private depth = 0;
  private separator = "";
  private readonly sink: (text: string) => void;

  constructor(style: PrinterStyle, sink: (text: string) => void) {
    this.json = style.json;
    this.pretty = style.pretty;
    this.newline = style.newline;
    this.colours = style.palette === "none" ? null : style.palette === "dark" ? DARK : LIGHT;
    this.sink = sink;
  }

  /** Gives what was printed so far to standard output. */
  flush(): void {
    if (this.text === "") return;
    const text = this.text;
    this.text = "";
    this.sink(text);
  }

  /** Both: `"key": value` or before + value + after. */
  field(key: string, before: string, value: string | number, after: string, colour?: Colour | null): void {
    if (this.json) this.value(key, value);
    else this.put(before + value + after, colour);
  }

  /** A flag: `"key": true`, or the words. */
  flag(key: string, words: string): void {
    if (this.json) this.raw(key, "true");
    else this.text += words;
  }

  /** A mark: `"key": null`, or the words. */
  mark(key: string, words: string): void {
    if (this.json) this.raw(key, "null");
    else this.text += words;
  }

  /** on_off: `"key": true`, or on and off. */
  onOff(key: string, before: string, value: boolean, after: string): void {
    if (this.json) this.raw(key, String(value));
    else this.text += before + (value ? "on" : "off") + after;
  }

  /** A number that JSON shows as a hexadecimal string. */
  hex(key: string, before: string, value: number, after: string): void {
    const digits = value === 0 ? "0" : `0x${value.toString(16)}`;
    if (this.json) this.value(key, digits);
    else this.text += before + digits + after;
  }

  /** Text only. */
  plain(text: string, colour?: Colour | null): void {
    if (!this.json) this.put(text, colour);
  }

  /** JSON only. */
  only(key: string, value: string | number | boolean): void {
    if (!this.json) return;
    if (typeof value === "boolean") this.raw(key, String(value));
    else this.value(key, value);
  }

  /** JSON only, a value written as it stands (1.50). */
  literal(key: string, value: string): void {
    if (this.json) this.raw(key, value);
  }

  /** An element of an array: the value alone in JSON. */
  element(before: string, value: string, after: string): void {
    if (this.json) {
      this.comma();
      this.text += quote(value);
    } else this.text += before + value + after;
  }

  /** A line break inside a record. */
  nl(): void {
    if (!this.json) this.text += this.newline;
  }

  /** JSON: the outermost array; every list of records is one. */
  begin(): void {
    if (!this.json) return;
    this.openArray(null);
  }

  end(): void {
    if (this.json) {
      this.closeArray();
      this.text += "\n";
      this.separator = "";
    }
    this.flush();
  }

  openObject(key: string | null): void {
    if (!this.json) return;
    if (key !== null) this.name(key);
    this.comma();
    this.text += "{";
    this.depth++;
    this.separator = "";
  }

  closeObject(): void {
    if (!this.json) return;
    this.close("}");
  }

  openArray(key: string | null, words = ""): void {
    if (!this.json) {
      this.text += words;
      return;
    }
    if (key !== null) this.name(key);
    this.comma();
    this.text += this.pretty ? "[ " : "[";
    this.depth++;
    this.separator = "";
  }

  closeArray(words = ""): void {
    if (!this.json) {
      this.text += words;
      return;
    }
    if (this.pretty && this.separator !== "") this.text += " ";
    this.separator = "";
    this.close("]");
  }

  private close(bracket: string): void {
    this.depth--;
    if (this.separator !== "") this.indent();
    this.text += bracket;
    this.separator = ",";
  }

  private put(text: string, colour?: Colour | null): void {
    if (this.colours && colour) this.text += `\x1b[${this.colours[colour]}m${text}\x1b[0m`;
    else this.text += text;
  }

  private value(key: string, value: string | number): void {
    this.raw(key, typeof value === "number" ? String(value) : quote(value));
  }

  private raw(key: string, value: string): void {
    this.name(key);
    this.comma();
    this.text += value;
  }

  private name(key: string): void {
    this.comma();
    this.indent();
    this.separator = "";
    this.text += this.pretty ? `${quote(key)}: ` : `${quote(key)}:`;
  }

  private comma(): void {
    this.text += this.separator;
    this.separator = ",";
  }

  private indent(): void {
    if (this.pretty) this.text += `\n${"    ".repeat(this.depth)}`;
  }
}

const ESCAPES: Record<string, string> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\f": "\\f",
  "\b": "\\b",
  "\\": "\\\\",
  '"': '\\"',
};

function quote(text: string): string {
  return `"${text.replace(/[\t\n\r\f\b\\"]/g, (c) => ESCAPES[c])}"`;
}
