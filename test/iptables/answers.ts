import { describe, expect, it } from "vitest";
import { bench } from "../../src/command/iptables/testing.ts";

/** A rule that the real tool took: how it saved and listed it. */
interface Taken {
  readonly where: string;
  readonly args: readonly string[];
  readonly save: string;
  readonly listNumeric: string;
  readonly list: string;
}

/** A rule that it refused: the exit status and the message behind "iptables v1.8.9 (nf_tables): ". */
interface Refused {
  readonly where: string;
  readonly args: readonly string[];
  readonly status: number;
  readonly message: string;
}

export const taken = (
  where: string,
  args: readonly string[],
  save: string,
  listNumeric: string,
  list: string,
): Taken => ({ where, args, save, listNumeric, list });

export const refused = (
  where: string,
  args: readonly string[],
  status: number,
  message: string,
): Refused => ({
  where,
  args,
  status,
  message,
});

const HINT = "Try `iptables -h' or 'iptables --help' for more information.\n";

/** Asks the simulated iptables the same and compares to the letter. */
export function answers(name: string, rows: readonly (Taken | Refused)[]): void {
  describe(name, () => {
    for (const row of rows)
      it(`${row.where}: ${row.args.join(" ")}`, () => {
        const [table, chain] = row.where.split(" ");
        const { run } = bench();
        const added = run("iptables", "-t", table, "-A", chain, ...row.args);
        if ("status" in row) {
          const message = added.err.replace(HINT, "").replace("iptables v1.8.9 (nf_tables): ", "");
          expect([added.status, message]).toEqual([row.status, row.message]);
          return;
        }
        const saved = run("iptables", "-t", table, "-S", chain).out.trimEnd().split("\n").at(-1);
        const listed = (option: string) => run("iptables", "-t", table, option, chain).out.split("\n")[2];
        expect([added.status, saved, listed("-nL"), listed("-L")]).toEqual([
          0,
          `-A ${chain}${row.save === "" ? "" : " "}${row.save}`,
          row.listNumeric,
          row.list,
        ]);
      });
  });
}
