import { runScript } from "./run-script.ts";

/** `packetwalk run FILE`: what `bash FILE` on a Linux host would print, and its exit status. */
export function main(words: readonly string[]): Promise<number> {
  return runScript("run", words, () => ({}));
}
