import type { WalkStep } from "../../../walk/event.ts";

type Rule = Extract<WalkStep, { kind: "rule" }>;
type Hook = Extract<WalkStep, { kind: "hook" }>;

/** Lines that no rule has been found for yet; older ones are of packets whose trace was lost. */
const MOST = 1000;

/** The lab's LOG lines (with --host-log), until it is found which packet at which rule caused them. */
export class LogLines {
  private readonly lines: string[] = [];

  hear(text: string): void {
    this.lines.push(text);
    if (this.lines.length > MOST) this.lines.shift();
  }

  /** The line that a packet with this IP id caused at a rule with the target LOG, at a hook. */
  take(rule: Omit<Rule, "packet">, hook: Omit<Hook, "packet">, ipId: number): string | undefined {
    const quoted = /--log-prefix (?:"((?:\\.|[^"\\])*)"|(\S+))/.exec(rule.text);
    const prefix = quoted?.[1]?.replace(/\\(.)/g, "$1") ?? quoted?.[2] ?? "";
    // POSTROUTING is not given the device that a packet came in by (nf_log_ip_packet).
    const into = hook.hook === "POSTROUTING" ? undefined : hook.in;
    const at = this.lines.findIndex(
      (line) =>
        line.startsWith(`${prefix}IN=`) &&
        (into === undefined || line.startsWith(`${prefix}IN=${into} `)) &&
        (hook.out === undefined || line.includes(` OUT=${hook.out} `)) &&
        Number(/ ID=(\d+)/.exec(line)?.[1]) === ipId,
    );
    return at < 0 ? undefined : this.lines.splice(at, 1)[0];
  }
}
