import type { Dissection } from "./dissection.ts";

/** Request names of HTTP and WebDAV by which tcpdump knows a request. */
export const HTTP_METHODS: ReadonlySet<string> = new Set(
  (
    "GET PUT COPY HEAD LOCK MOVE POLL POST BCOPY BMOVE MKCOL TRACE LABEL MERGE DELETE SEARCH UNLOCK REPORT UPDATE " +
    "NOTIFY BDELETE CONNECT OPTIONS CHECKIN PROPFIND CHECKOUT CCM_POST SUBSCRIBE PROPPATCH BPROPFIND BPROPPATCH " +
    "UNCHECKOUT MKACTIVITY MKWORKSPACE UNSUBSCRIBE RPC_CONNECT VERSION-CONTROL BASELINE-CONTROL"
  ).split(" "),
);

export const RTSP_METHODS: ReadonlySet<string> = new Set(
  "OPTIONS DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT RECORD".split(
    " ",
  ),
);

const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);
const isPrintable = (c: number): boolean => c >= 0x20 && c < 0x7f;

/**
 * A protocol of text lines: its name, then (for a request, or a response whose second word is a three-digit
 * code) the first line, or with -v every line. `methods` null: any text counts.
 */
export function printTextProtocol(
  d: Dissection,
  from: number,
  length: number,
  methods: ReadonlySet<string> | null,
): void {
  let known = methods === null;
  if (methods) {
    const first = token(d, from, 0, length);
    if (first) {
      if (methods.has(first.text.toUpperCase())) known = true;
      else {
        const second = token(d, from, first.next, length);
        if (second && /^[0-9]{3}$/.test(second.text)) known = true;
      }
    }
  }
  d.print(d.protocol.toUpperCase());
  if (!known) return;
  if (d.options.verbose === 0) {
    textLine(d, ": ", from, 0, length);
    return;
  }
  d.print(`, length: ${length}`);
  for (let i = 0; i < length; ) {
    const next = textLine(d, "\n\t", from, i, length);
    if (next === 0) break;
    i = next;
  }
}

/** A word of printable characters, and where the next one begins. */
function token(
  d: Dissection,
  from: number,
  start: number,
  length: number,
): { text: string; next: number } | null {
  let text = "";
  let i = start;
  for (; i < length; i++) {
    // A word that the capture cuts is no request's name.
    if (!d.has(from + i, 1)) return null;
    const c = d.data[from + i];
    if (isSpace(c)) break;
    if (!isPrintable(c) || text.length >= 127) return null;
    text += String.fromCharCode(c);
  }
  if (text === "") return null;
  for (; i < length; i++) {
    const c = d.u8(from + i);
    if (c === 10 || c === 13 || !isSpace(c)) break;
  }
  return { text, next: i };
}

/** Prints the line that begins at `start` behind `prefix`; where the next begins, or 0 when it is binary or cut. */
export function textLine(d: Dissection, prefix: string, from: number, start: number, length: number): number {
  let text = "";
  for (let i = start; i < length; i++) {
    const c = d.u8(from + i);
    if (c === 10) {
      d.print(prefix + text);
      return i + 1;
    }
    if (c === 13) {
      if (i + 1 >= length || d.u8(from + i + 1) !== 10) return 0;
      d.print(prefix + text);
      return i + 2;
    }
    if (!isPrintable(c) && c !== 9) return 0;
    text += String.fromCharCode(c);
  }
  d.print(prefix + text);
  d.truncated();
  return 0;
}
