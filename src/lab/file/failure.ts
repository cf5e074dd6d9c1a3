import type { BootFailure } from "../../engine/kernel/boot.ts";
import type { LabPlan } from "./plan.ts";
import type { LabScript } from "./script.ts";

/** What stopped the building of a lab, for a person: the file's line, the command, what it said. */
export function tellFailure(file: string, line: number, command: string, said: string): string {
  return [`${file}:${line}: ${command}`, ...said.split("\n").filter((l) => l.trim() !== "")].join("\n");
}

/** The same for a failure of the bulk build. */
export function tellBootFailure(file: string, plan: LabPlan, failure: BootFailure): string {
  const { step, index, said } = failure;
  const box = plan.boxes.find(({ name }) => name === failure.box);
  if (step === "links" || !box) {
    const link = plan.links[index ?? 0];
    return index === undefined ? `${file}: ${said}` : tellFailure(file, link.line, `ip ${link.text}`, said);
  }
  if (step === "ip") {
    const command = box.ip[index ?? 0];
    return tellFailure(file, command.line, `ip -n ${box.name} ${command.text}`, said);
  }
  if (step === "sysctl") {
    const { line, key, value } = box.sysctls[index ?? 0];
    return tellFailure(file, line, `sysctl ${key}=${value} in ${box.name}`, said);
  }
  const lines = box.rules?.lines ?? [];
  const at = Math.min(index ?? 0, lines.length - 1);
  return tellFailure(file, box.rules?.from[at] ?? 0, `${lines[at]} in ${box.name}`, said);
}

/** A build script that tells on standard error which of its lines failed, as `@line N`. */
export function tracedScript(script: LabScript): string {
  return `trap 'echo "@line $LINENO" >&2' ERR\n${script.text}`;
}

/** What went wrong in a traced script, by what it said on standard error. */
export function tellScriptFailure(file: string, script: LabScript, said: string): string {
  const failed = /^@line (\d+)$/m.exec(said);
  const words = said.replace(/^@line .*\n?|^Try `.*\n?|^Error occurred at line.*\n?/gm, "");
  if (!failed) return `${file}: ${words}`;
  // The trap is a line of its own.
  const command = Number(failed[1]) - 2;
  const lines = script.text.split("\n");
  if (!lines[command]?.includes("iptables-restore <<"))
    return tellFailure(file, script.from[command], lines[command], words);
  const at = Number(/\bline:? (\d+)/.exec(said)?.[1] ?? 1) + command;
  const box = /netns exec (\S+)/.exec(lines[command])?.[1];
  return tellFailure(file, script.from[at], `${lines[at]} in ${box}`, words);
}
