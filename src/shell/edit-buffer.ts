/** A line under edit: text, cursor, and the keys of emacs mode that change them. */
export class EditBuffer {
  line = "";
  /** Offset in the line, in UTF-16 units. */
  cursor = 0;
  private killed = "";

  set(line: string): void {
    this.line = line;
    this.cursor = line.length;
  }

  end(): void {
    this.cursor = this.line.length;
  }

  insert(text: string): void {
    this.replace(this.cursor, this.cursor, text);
  }

  /** Puts `text` in place of [from, to); the cursor stands behind it. */
  replace(from: number, to: number, text: string): void {
    this.line = this.line.slice(0, from) + text + this.line.slice(to);
    this.cursor = from + text.length;
  }

  deleteForward(): void {
    if (this.cursor < this.line.length) this.replace(this.cursor, this.cursor + 1, "");
  }

  /** A key that is not the editor's: movement, deletion, or a character. */
  key(key: string): void {
    switch (key) {
      case "\x01":
      case "\x1b[H":
      case "\x1b[1~":
      case "\x1bOH":
        this.cursor = 0;
        return;
      case "\x05":
      case "\x1b[F":
      case "\x1b[4~":
      case "\x1bOF":
        this.end();
        return;
      case "\x02":
      case "\x1b[D":
      case "\x1bOD":
        if (this.cursor > 0) this.cursor--;
        return;
      case "\x06":
      case "\x1b[C":
      case "\x1bOC":
        if (this.cursor < this.line.length) this.cursor++;
        return;
      case "\x1bb":
      case "\x1b[1;5D":
        this.cursor = this.wordStart();
        return;
      case "\x1bf":
      case "\x1b[1;5C":
        this.cursor = this.wordEnd();
        return;
      case "\x7f":
      case "\b":
        if (this.cursor > 0) this.replace(this.cursor - 1, this.cursor, "");
        return;
      case "\x1b[3~":
        this.deleteForward();
        return;
      case "\x0b":
        this.kill(this.cursor, this.line.length);
        return;
      case "\x15":
        this.kill(0, this.cursor);
        return;
      case "\x17":
        this.kill(this.blankStart(), this.cursor);
        return;
      case "\x1b\x7f":
        this.kill(this.wordStart(), this.cursor);
        return;
      case "\x1bd":
        this.kill(this.cursor, this.wordEnd());
        return;
      case "\x19":
        this.insert(this.killed);
        return;
      default:
        if (key >= " " && key[0] !== "\x1b") this.insert(key);
    }
  }

  private kill(from: number, to: number): void {
    if (from === to) return;
    this.killed = this.line.slice(from, to);
    this.replace(from, to, "");
  }

  private wordStart(): number {
    let i = this.cursor;
    while (i > 0 && !/\w/.test(this.line[i - 1])) i--;
    while (i > 0 && /\w/.test(this.line[i - 1])) i--;
    return i;
  }

  private wordEnd(): number {
    let i = this.cursor;
    while (i < this.line.length && !/\w/.test(this.line[i])) i++;
    while (i < this.line.length && /\w/.test(this.line[i])) i++;
    return i;
  }

  private blankStart(): number {
    let i = this.cursor;
    while (i > 0 && this.line[i - 1] === " ") i--;
    while (i > 0 && this.line[i - 1] !== " ") i--;
    return i;
  }
}
