import type { Token } from "./lexer.ts";

/** A place in an expression's tokens; the last of them is the end. */
export class Cursor {
  readonly tokens: Token[];
  at = 0;

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "symbol" && token.text === text;
  }

  isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "word" && !token.escaped && token.text === text;
  }

  symbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.at++;
    return true;
  }

  word(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.at++;
    return true;
  }
}
