import { print } from "unbash/printer";
import type { ShellFunction } from "./shell.ts";

/** A function as `declare -f` and `type` print it: bash's own layout, four spaces a level. */
export function functionText(fn: ShellFunction): string {
  const { body } = fn;
  const script = { type: "Script" as const, pos: body.pos, end: body.end, shebang: undefined, commands: [] };
  const statements =
    body.type === "BraceGroup"
      ? body.body.commands
      : [
          {
            type: "Statement" as const,
            pos: body.pos,
            end: body.end,
            command: body as never,
            background: undefined,
          },
        ];
  const text = print({ ...script, commands: statements });
  const lines = text.trimEnd().split("\n");
  const out: string[] = [];
  lines.forEach((line, i) => {
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    const next = lines[i + 1];
    const simple = !/(?:^|\s)(?:then|do|else|in|\{)$/.test(line) && !line.endsWith(";;");
    const separates = simple && next !== undefined && !/^\s*(?:;;|\))/.test(next);
    out.push(`    ${" ".repeat(indent * 2 - indent)}${line}${separates && line.trim() !== "" ? ";" : ""}`);
  });
  return `${fn.name} () \n{ \n${out.join("\n")}\n}`;
}
