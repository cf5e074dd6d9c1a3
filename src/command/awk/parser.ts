import type { AwkFunction, AwkProgram, Expr, Rule, Stmt } from "./ast.ts";
import { AwkSyntaxError, lex, type Token } from "./lexer.ts";

/** Recursive descent over POSIX awk's grammar, with gawk's common additions. */
export class AwkParser {
  private readonly tokens: Token[];
  private at = 0;
  private readonly rules: Rule[] = [];
  private readonly functions = new Map<string, AwkFunction>();
  /** Inside print's unparenthesized list ">" redirects; inside for (…) "in" may not be taken. */
  private noGreater = 0;
  private noIn = 0;

  constructor(source: string, warn: (message: string) => void) {
    this.tokens = lex(source, warn);
  }

  parse(): AwkProgram {
    this.skip();
    while (this.token.kind !== "end") {
      this.item();
      this.skip();
    }
    return { rules: this.rules, functions: this.functions };
  }

  private get token(): Token {
    return this.tokens[this.at];
  }

  private is(text: string): boolean {
    return (this.token.kind === "op" || this.token.kind === "keyword") && this.token.text === text;
  }

  private accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  private fail(message = "syntax error"): never {
    // Where the text ends, gawk points behind it and says so.
    const last =
      this.token.kind === "end" ||
      (this.token.kind === "newline" && this.tokens[this.at + 1]?.kind === "end");
    throw new AwkSyntaxError(
      last ? "unexpected newline or end of string" : message,
      this.token.line,
      this.token.column,
    );
  }

  /** Newlines and semicolons between items. */
  private skip(): void {
    while (this.token.kind === "newline" || this.is(";")) this.at++;
  }

  private newlines(): void {
    while (this.token.kind === "newline") this.at++;
  }

  private item(): void {
    if (this.accept("function")) {
      const name = this.token.text;
      if (this.token.kind !== "call" && this.token.kind !== "name") this.fail();
      this.at++;
      this.expect("(");
      const params: string[] = [];
      while (!this.is(")")) {
        if (this.token.kind !== "name") this.fail();
        params.push(this.token.text);
        this.at++;
        if (!this.accept(",")) break;
        this.newlines();
      }
      this.expect(")");
      this.newlines();
      this.functions.set(name, { name, params, body: this.block() });
      return;
    }
    if (this.is("BEGIN") || this.is("END")) {
      const kind = this.token.text as "BEGIN" | "END";
      this.at++;
      this.rules.push({ kind, pattern: null, end: null, body: this.block() });
      return;
    }
    let pattern: Expr | null = null;
    let end: Expr | null = null;
    if (!this.is("{")) {
      pattern = this.expr();
      if (this.accept(",")) {
        this.newlines();
        end = this.expr();
      }
    }
    const body = this.is("{") ? this.block() : null;
    this.rules.push({ kind: end ? "range" : "pattern", pattern, end, body });
  }

  private block(): Stmt {
    this.expect("{");
    const body: Stmt[] = [];
    this.skip();
    while (!this.is("}")) {
      if (this.token.kind === "end") this.fail("unexpected newline or end of string");
      body.push(this.statement());
      this.skip();
    }
    this.at++;
    return { k: "block", body };
  }

  /** What must follow a simple statement. */
  private terminator(): void {
    if (this.token.kind === "newline" || this.is(";")) {
      this.at++;
      return;
    }
    if (!this.is("}") && this.token.kind !== "end") this.fail();
  }

  private body(): Stmt {
    this.newlines();
    if (this.accept(";")) return { k: "block", body: [] };
    return this.statement();
  }

  private statement(): Stmt {
    if (this.is("{")) return this.block();
    if (this.accept("if")) {
      this.expect("(");
      const test = this.expr();
      this.expect(")");
      const yes = this.body();
      const back = this.at;
      this.skip();
      if (this.accept("else")) return { k: "if", test, yes, no: this.body() };
      this.at = back;
      return { k: "if", test, yes, no: null };
    }
    if (this.accept("while")) {
      this.expect("(");
      const test = this.expr();
      this.expect(")");
      if (this.accept(";")) return { k: "while", test, body: { k: "block", body: [] } };
      return { k: "while", test, body: this.body() };
    }
    if (this.accept("do")) {
      const body = this.body();
      this.skip();
      this.expect("while");
      this.expect("(");
      const test = this.expr();
      this.expect(")");
      this.terminator();
      return { k: "do", test, body };
    }
    if (this.accept("for")) return this.forStatement();
    const stmt = this.simple();
    this.terminator();
    return stmt;
  }

  private forStatement(): Stmt {
    this.expect("(");
    const [name, word, array, close] = [
      this.token,
      this.tokens[this.at + 1],
      this.tokens[this.at + 2],
      this.tokens[this.at + 3],
    ];
    if (
      name.kind === "name" &&
      word.text === "in" &&
      word.kind === "keyword" &&
      array?.kind === "name" &&
      close?.text === ")"
    ) {
      this.at += 4;
      return { k: "forin", name: name.text, array: array.text, body: this.body() };
    }
    const first = this.is(";") ? null : this.simple();
    this.expect(";");
    this.newlines();
    const test = this.is(";") ? null : this.expr();
    this.expect(";");
    this.newlines();
    const step = this.is(")") ? null : this.simple();
    this.expect(")");
    if (this.accept(";")) return { k: "for", first, test, step, body: { k: "block", body: [] } };
    return { k: "for", first, test, step, body: this.body() };
  }

  private simple(): Stmt {
    for (const word of ["next", "nextfile", "break", "continue"] as const)
      if (this.accept(word)) return { k: word };
    for (const word of ["exit", "return"] as const)
      if (this.accept(word)) {
        const none =
          this.token.kind === "newline" || this.token.kind === "end" || this.is(";") || this.is("}");
        return { k: word, value: none ? null : this.expr() };
      }
    if (this.accept("delete")) {
      if (this.token.kind !== "name") this.fail();
      const name = this.token.text;
      this.at++;
      if (!this.accept("[")) return { k: "delete", name, keys: null };
      const keys = this.list("]");
      return { k: "delete", name, keys };
    }
    if (this.is("print") || this.is("printf")) return this.print();
    return { k: "expr", of: this.expr() };
  }

  private print(): Stmt {
    const formatted = this.token.text === "printf";
    this.at++;
    let args: Expr[] = [];
    const stops = () =>
      this.token.kind === "newline" ||
      this.token.kind === "end" ||
      [";", "}", ">", ">>", "|"].some((t) => this.is(t));
    if (!stops()) {
      if (this.is("(") && this.closesStatement()) {
        this.at++;
        args = this.list(")");
      } else {
        this.noGreater++;
        args.push(this.expr());
        while (this.accept(",")) {
          this.newlines();
          args.push(this.expr());
        }
        this.noGreater--;
      }
    }
    let redirect = "";
    let to: Expr | null = null;
    for (const op of [">>", ">", "|", "|&"])
      if (this.accept(op)) {
        redirect = op;
        to = this.concatenation();
        break;
      }
    return { k: "print", args, formatted, redirect, to };
  }

  /** Whether the parenthesis that opens here closes where the print statement (or its redirection) ends. */
  private closesStatement(): boolean {
    let depth = 0;
    for (let i = this.at; i < this.tokens.length; i++) {
      const t = this.tokens[i];
      if (t.kind !== "op") continue;
      if (t.text === "(") depth++;
      if (t.text !== ")" || --depth > 0) continue;
      const after = this.tokens[i + 1];
      return (
        after.kind === "newline" ||
        after.kind === "end" ||
        [";", "}", ">", ">>", "|", "|&"].includes(after.text)
      );
    }
    return false;
  }

  private list(close: string): Expr[] {
    const out: Expr[] = [];
    const [greater, noIn] = [this.noGreater, this.noIn];
    this.noGreater = this.noIn = 0;
    this.newlines();
    while (!this.is(close)) {
      out.push(this.expr());
      this.newlines();
      if (!this.accept(",")) break;
      this.newlines();
    }
    this.newlines();
    this.expect(close);
    [this.noGreater, this.noIn] = [greater, noIn];
    return out;
  }

  // ── expressions, loosest first ───────────────────────────────────────────────────────────────────────

  private expr(): Expr {
    const left = this.ternary();
    if (this.token.kind === "op" && ["=", "+=", "-=", "*=", "/=", "%=", "^="].includes(this.token.text)) {
      if (left.k !== "var" && left.k !== "index" && left.k !== "field") this.fail();
      const op = this.token.text;
      this.at++;
      this.newlines();
      return { k: "assign", op, to: left, value: this.expr() };
    }
    return left;
  }

  private ternary(): Expr {
    const test = this.or();
    if (!this.accept("?")) return test;
    this.newlines();
    const yes = this.expr();
    this.newlines();
    this.expect(":");
    this.newlines();
    return { k: "cond", test, yes, no: this.expr() };
  }

  private or(): Expr {
    let left = this.and();
    while (this.accept("||")) {
      this.newlines();
      left = { k: "binary", op: "||", left, right: this.and() };
    }
    return left;
  }

  private and(): Expr {
    let left = this.membership();
    while (this.accept("&&")) {
      this.newlines();
      left = { k: "binary", op: "&&", left, right: this.membership() };
    }
    return left;
  }

  private membership(): Expr {
    let left = this.matching();
    while (this.noIn === 0 && this.is("in")) {
      this.at++;
      if (this.token.kind !== "name") this.fail();
      left = { k: "in", keys: [left], name: this.token.text };
      this.at++;
    }
    return left;
  }

  private matching(): Expr {
    let left = this.comparison();
    while (this.is("~") || this.is("!~")) {
      const op = this.token.text;
      this.at++;
      left = { k: "binary", op, left, right: this.comparison() };
    }
    return left;
  }

  private comparison(): Expr {
    let left = this.concatenation();
    for (;;) {
      const t = this.token;
      if (
        t.kind === "op" &&
        (["<", "<=", "==", "!=", ">="].includes(t.text) || (t.text === ">" && this.noGreater === 0))
      ) {
        this.at++;
        left = { k: "binary", op: t.text, left, right: this.concatenation() };
      } else if (
        t.kind === "op" &&
        t.text === "|" &&
        this.tokens[this.at + 1].text === "getline" &&
        this.tokens[this.at + 1].kind === "keyword"
      ) {
        this.at += 2;
        left = { k: "getline", from: "command", source: left, to: this.optionalTarget() };
      } else return left;
    }
  }

  private startsOperand(): boolean {
    const t = this.token;
    if (["number", "string", "regex", "name", "call", "builtin"].includes(t.kind)) return true;
    if (t.kind === "keyword") return false;
    return t.kind === "op" && ["$", "!", "(", "-", "+", "++", "--"].includes(t.text);
  }

  private concatenation(): Expr {
    let left = this.additive();
    while (this.startsOperand() && !this.is("!") && !this.is("+") && !this.is("-"))
      left = { k: "binary", op: " ", left, right: this.additive() };
    return left;
  }

  private additive(): Expr {
    let left = this.multiplicative();
    while (this.is("+") || this.is("-")) {
      const op = this.token.text;
      this.at++;
      left = { k: "binary", op, left, right: this.multiplicative() };
    }
    return left;
  }

  private multiplicative(): Expr {
    let left = this.unary();
    while (this.is("*") || this.is("/") || this.is("%")) {
      const op = this.token.text;
      this.at++;
      left = { k: "binary", op, left, right: this.unary() };
    }
    return left;
  }

  private unary(): Expr {
    for (const op of ["!", "-", "+"]) if (this.accept(op)) return { k: "unary", op, of: this.unary() };
    return this.power();
  }

  private power(): Expr {
    const left = this.postfix();
    if (!this.accept("^")) return left;
    // Right to left, and -2 may stand on the right.
    const right = this.is("-") || this.is("+") || this.is("!") ? this.unary() : this.power();
    return { k: "binary", op: "^", left, right };
  }

  private postfix(): Expr {
    const of = this.primary();
    if (of.k === "var" || of.k === "index" || of.k === "field") {
      if (this.accept("++")) return { k: "step", op: "++", prefix: false, of };
      if (this.accept("--")) return { k: "step", op: "--", prefix: false, of };
    }
    return of;
  }

  private optionalTarget(): Expr | null {
    if (this.token.kind !== "name" && !this.is("$")) return null;
    return this.primary();
  }

  private primary(): Expr {
    const t = this.token;
    switch (t.kind) {
      case "number":
        this.at++;
        return { k: "number", value: /^0[0-7]+$/.test(t.text) ? Number.parseInt(t.text, 8) : Number(t.text) };
      case "string":
        this.at++;
        return { k: "string", value: t.text };
      case "regex":
        this.at++;
        return { k: "regex", source: t.text };
      case "call":
        this.at += 2;
        return { k: "call", name: t.text, args: this.list(")"), line: t.line };
      case "builtin": {
        this.at++;
        const args = this.accept("(") ? this.list(")") : [];
        return { k: "builtin", name: t.text, args, line: t.line };
      }
      case "name":
        this.at++;
        if (this.accept("[")) return { k: "index", name: t.text, keys: this.list("]") };
        return { k: "var", name: t.text };
      default:
        break;
    }
    if (this.accept("$")) {
      if (this.is("++") || this.is("--")) {
        const op = this.token.text as "++" | "--";
        this.at++;
        return { k: "field", of: { k: "step", op, prefix: true, of: this.primary() } };
      }
      if (this.accept("-")) return { k: "field", of: { k: "unary", op: "-", of: this.primary() } };
      return { k: "field", of: this.primary() };
    }
    if (this.is("++") || this.is("--")) {
      const op = t.text as "++" | "--";
      this.at++;
      return { k: "step", op, prefix: true, of: this.primary() };
    }
    if (this.accept("getline")) {
      const to = this.optionalTarget();
      if (this.accept("<")) return { k: "getline", from: "file", source: this.primary(), to };
      return { k: "getline", from: "main", source: null, to };
    }
    if (this.accept("(")) {
      const inside = this.list(")");
      if (inside.length === 0) this.fail();
      if (inside.length === 1) return { k: "group", of: inside[0] };
      // (i, j) in array
      this.expect("in");
      if (this.token.kind !== "name") this.fail();
      const name = this.token.text;
      this.at++;
      return { k: "in", keys: inside, name };
    }
    if (t.kind === "op" && t.text === "-") {
      this.at++;
      return { k: "unary", op: "-", of: this.unary() };
    }
    return this.fail();
  }
}
