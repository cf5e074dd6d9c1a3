import { describe, expect, it } from "vitest";
import recorded from "../../test/recorded/tools.json" with { type: "json" };
import { BASH } from "../shell/command.ts";
import { runCommand } from "./tool/testing.ts";
import { TOOLS } from "./tools.ts";

interface Case {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly files?: string;
  readonly out?: string;
  readonly err?: string;
  readonly status?: number;
}

const fixtures = recorded.fixtures as unknown as Readonly<Record<string, string & Record<string, string>>>;
const byProgram = new Map<string, Case[]>();
for (const c of recorded.cases as Case[]) byProgram.set(c.argv[0], [...(byProgram.get(c.argv[0]) ?? []), c]);

// Answers of the real programs of Debian 12 (coreutils 9.1, grep 3.8, sed 4.9, gawk 5.2, procps 4.0.2, findutils 4.9).
describe("tools answer as the real ones", () => {
  for (const [program, cases] of byProgram)
    it(`${program} (${cases.length})`, () => {
      for (const c of cases) {
        const given = {
          ...(c.stdin === undefined ? {} : { stdin: fixtures[c.stdin] as string }),
          ...(c.files === undefined ? {} : { files: fixtures[c.files] as Record<string, string> }),
        };
        const answer = runCommand([...TOOLS, BASH], c.argv, given);
        expect({ argv: c.argv, ...answer }).toEqual({
          argv: c.argv,
          out: c.out ?? "",
          err: c.err ?? "",
          status: c.status ?? 0,
        });
      }
    });
});
