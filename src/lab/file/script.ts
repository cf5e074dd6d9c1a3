import type { Command, LabPlan, Service } from "./plan.ts";

/** A bash script, and the lab file's line behind each of its lines. */
export interface LabScript {
  readonly text: string;
  /** Of each line of the text; 0: of none. */
  readonly from: readonly number[];
}

/** Gathers lines, each with where it comes from. */
class Writer {
  readonly lines: string[] = [];
  readonly from: number[] = [];

  add(text: string, line = 0): void {
    for (const one of text.split("\n")) {
      this.lines.push(one);
      this.from.push(line);
    }
  }

  get script(): LabScript {
    return { text: `${this.lines.join("\n")}\n`, from: this.from };
  }
}

/** The commands that build a lab, as a script that any engine and any Linux runs. Stops at what fails. */
export function buildScript(plan: LabPlan): LabScript {
  const out = new Writer();
  const commands = (prefix: string, all: readonly Command[]) => {
    for (const { text, line } of all) out.add(`${prefix} ${text}`, line);
  };
  out.add("set -e");
  out.add("\n# Boxes and links");
  commands("ip", plan.links);
  for (const box of plan.boxes) {
    out.add(`\n# ${box.name}`);
    commands(`ip -n ${box.name}`, box.ip);
    for (const { key, value, line } of box.sysctls) {
      const word = /^[\w.:-]+$/.test(value) ? value : `'${value}'`;
      out.add(`ip netns exec ${box.name} sysctl -qw ${key}=${word}`, line);
    }
    if (box.rules) {
      const end = delimiter("RULES", box.rules.lines);
      out.add(`ip netns exec ${box.name} iptables-restore <<'${end}'`, box.rules.from[0]);
      for (const [i, line] of box.rules.lines.entries()) out.add(line, box.rules.from[i]);
      out.add(end);
    }
  }
  if (plan.services.length > 0) {
    out.add("\n# Services");
    addServices(out, plan.services);
  }
  return out.script;
}

/** Starts the services and waits until they are ready. */
export function serviceScript({ services }: LabPlan): LabScript {
  const out = new Writer();
  out.add("set -e");
  addServices(out, services);
  return out.script;
}

function addServices(out: Writer, services: readonly Service[]): void {
  for (const service of services) out.add(start(service), service.line);
  for (const service of services) if (service.listens) out.add(ready(service), service.line);
}

/** The whole lab as one script: the build, then the file's own commands. */
export function wholeScript(plan: LabPlan, file: string): string {
  const head = `#!/bin/bash\n# ${plan.name ?? file}: what ${file} says, as commands. Run it in that file's folder.\n`;
  const run =
    plan.run === undefined ? "" : `\n# What the file runs when the lab is built\nset +e\n${plan.run.text}`;
  return `${head}${buildScript(plan).text}${run}`;
}

/** In the background: what it prints is kept where it can be read in the lab. */
function start({ box, command }: Service): string {
  const words = /^[\w./:@%+=, -]+$/.test(command) ? command : `sh -c ${quote(command)}`;
  return `ip netns exec ${box} ${words} < /dev/null >> /tmp/${box}.log 2>&1 &`;
}

/** Half a minute, then the lab is not ready. */
function ready({ box, listens }: Service): string {
  const kind = listens?.protocol === "udp" ? "u" : "t";
  const open = `ip netns exec ${box} ss -Hln${kind} | grep -q ':${listens?.port} '`;
  return `for i in {1..300}; do ! ${open} || break; sleep 0.1; done; ${open}`;
}

/** A word that ends a here-document: none of its lines. */
export function delimiter(word: string, lines: readonly string[]): string {
  let end = word;
  for (let i = 2; lines.includes(end); i++) end = `${word}${i}`;
  return end;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
