const hex2 = (n: number): string => n.toString(16).padStart(2, "0");
const visible = (byte: number): string => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".");

/** tcpdump -x: lines of eight 16-bit words, each line behind "\n\t0xOFFSET:". */
export function hexPrint(data: Uint8Array, from: number, to: number): string {
  let out = "";
  for (let line = from; line < to; line += 16) {
    out += `\n\t0x${(line - from).toString(16).padStart(4, "0")}: `;
    for (let i = line; i < Math.min(line + 16, to); i += 2)
      out += ` ${hex2(data[i])}${i + 1 < to ? hex2(data[i + 1]) : ""}`;
  }
  return out;
}

/** tcpdump -X: the same with the visible characters beside it. */
export function hexAsciiPrint(data: Uint8Array, from: number, to: number): string {
  let out = "";
  for (let line = from; line < to; line += 16) {
    let words = "";
    let text = "";
    for (let i = line; i < Math.min(line + 16, to); i++) {
      if ((i - line) % 2 === 0) words += " ";
      words += hex2(data[i]);
      text += visible(data[i]);
    }
    out += `\n\t0x${(line - from).toString(16).padStart(4, "0")}: ${words.padEnd(40)}  ${text}`;
  }
  return out;
}

/** tcpdump -A: characters, line ends kept (a carriage return before one is dropped). */
export function asciiPrint(data: Uint8Array, from: number, to: number): string {
  let out = "\n";
  for (let i = from; i < to; i++) {
    const byte = data[i];
    if (byte === 13) {
      // "\r\n" prints as the line end alone, a lone "\r" as a dot.
      if (i + 1 < to && data[i + 1] === 10) continue;
      out += ".";
    } else if (byte === 10 || byte === 9 || byte === 32) out += String.fromCharCode(byte);
    else out += visible(byte);
  }
  return out;
}
