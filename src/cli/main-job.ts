import type { LabFileRun } from "./lab-file.ts";

/** Whether a file is a lab as data rather than a script: its name says so. */
export function isLabFile(file: string): boolean {
  return /\.(ya?ml|json)$/i.test(file);
}

/** What a run runs: the script, or a lab file's own commands when its lab is there. Undefined: nothing. */
export function mainJob(
  { file, args }: { readonly file: string | undefined; readonly args: readonly string[] },
  lab: LabFileRun | undefined,
  cwd = process.cwd(),
) {
  if (file === undefined || (lab && !lab.plan.run)) return undefined;
  return lab?.plan.run
    ? { argv: ["bash", "-c", lab.plan.run.text, file, ...args], cwd: lab.folder }
    : { argv: ["bash", file, ...args], cwd };
}
