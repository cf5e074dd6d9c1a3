import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bench } from "../../src/command/iptables/testing.ts";

// Whole sessions recorded from iptables 1.8.9 on Linux 6.18 in an empty namespace: "$ command", what it printed
// (standard output and error as one), "=> status". Each is played again, command by command.

/** The words of a command as bash's printf %q writes them. */
function words(line: string): string[] {
  const found: string[] = [];
  for (const [, bare, quoted] of line.matchAll(/((?:\\.|[^\s'\\])+)|'([^']*)'/g))
    found.push(quoted ?? bare.replace(/\\(.)/g, "$1"));
  return found;
}

for (const name of ["iptables-nft", "iptables-legacy"])
  describe(name, () => {
    const { run } = bench();
    const text = readFileSync(new URL(`sessions/${name}.txt`, import.meta.url), "utf8");
    for (const step of text.split(/^(?=\$ )/m)) {
      const [, command, output, status] = /^\$ (.*)\n([\s\S]*?)=> (\d+)\n/.exec(step) as RegExpExecArray;
      it(command, () => {
        const [program, ...args] = words(command);
        const got = run(program, ...args);
        expect([got.err + got.out, got.status]).toEqual([output, Number(status)]);
      });
    }
  });
