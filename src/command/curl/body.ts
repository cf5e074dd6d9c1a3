import { concat, text } from "../../base/text.ts";

/** Takes a response's body apart (RFC 9112 6): by length, in chunks, or until the connection ends. */
export class BodyReader {
  /** Content-Length, or −1. */
  readonly expected: number;
  readonly untilClose: boolean;
  done = false;
  private readonly chunked: boolean;
  private left: number;
  private pending: Uint8Array = new Uint8Array(0);
  private chunkLeft = 0;
  private trailer = false;

  constructor(method: string, status: number, length: string | undefined, encoding: string | undefined) {
    const bare = method === "HEAD" || status === 204 || status === 304;
    this.chunked = !bare && (encoding?.toLowerCase().includes("chunked") ?? false);
    this.expected =
      !bare && !this.chunked && length !== undefined && /^\d+$/.test(length) ? Number(length) : -1;
    this.left = this.expected;
    this.untilClose = !bare && !this.chunked && this.expected < 0;
    this.done = bare || this.expected === 0;
  }

  /** Bytes still to come, −1 when unknown. */
  get remaining(): number {
    return this.left;
  }

  /** The body's bytes in what came. */
  take(data: Uint8Array): Uint8Array[] {
    if (this.done || data.length === 0) return [];
    if (this.untilClose) return [data];
    if (!this.chunked) {
      const piece = data.subarray(0, this.left);
      this.left -= piece.length;
      this.done = this.left === 0;
      return [piece];
    }
    const pieces: Uint8Array[] = [];
    this.pending = this.pending.length > 0 ? concat([this.pending, data]) : data;
    while (!this.done) {
      if (this.chunkLeft > 0) {
        if (this.pending.length === 0) break;
        const piece = this.pending.subarray(0, this.chunkLeft);
        pieces.push(piece);
        this.chunkLeft -= piece.length;
        this.pending = this.pending.subarray(piece.length);
        continue;
      }
      const end = this.pending.indexOf(10);
      if (end < 0) break;
      const line = text(this.pending.subarray(0, end)).trim();
      this.pending = this.pending.subarray(end + 1);
      if (this.trailer) {
        if (line === "") this.done = true;
      } else if (line !== "") {
        this.chunkLeft = Number.parseInt(line, 16);
        if (!(this.chunkLeft > 0)) this.trailer = true;
      }
    }
    return pieces;
  }
}
