import { examine } from "../engine/kernel/doctor.ts";
import { print } from "./out.ts";

/** `packetwalk doctor`: one line for each thing that the kernel engine needs; status 1 when one of them is missing. */
export async function main(words: readonly string[]): Promise<number> {
  if (words.length > 0) {
    print("stderr", "packetwalk: doctor takes nothing.\n");
    return 2;
  }
  const findings = examine();
  for (const { ok, needed, what, cure } of findings) {
    const sign = ok ? "✓" : needed ? "✗" : "–";
    print("stdout", `${sign} ${what}${cure === undefined ? "" : `: ${cure}`}\n`);
  }
  const works = findings.every((f) => f.ok || !f.needed);
  print(
    "stdout",
    works
      ? "The kernel engine works here.\n"
      : "The kernel engine does not work here; the simulated one does.\n",
  );
  return works ? 0 : 1;
}
