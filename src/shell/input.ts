import { text } from "../base/text.ts";
import type { Running } from "../machine/process.ts";
import type { Shell } from "./shell.ts";

/** One line, byte by byte so that what follows stays for the next reader; undefined at the end. */
export function* readLineFrom(sh: Shell, fd: number): Running<string | undefined> {
  const bytes: number[] = [];
  for (;;) {
    const data = yield* sh.proc.read(fd, 1);
    if (data.length === 0) return bytes.length === 0 ? undefined : text(Uint8Array.from(bytes));
    if (data[0] === 10) return text(Uint8Array.from(bytes));
    bytes.push(data[0]);
  }
}
