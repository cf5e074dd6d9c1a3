import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { spawn } from "../../machine/exec.ts";
import { type AGAIN, BaseFile } from "../../machine/file.ts";
import { Machine } from "../../machine/machine.ts";
import { COMMANDS } from "../registry.ts";

// What the real tools answered (iproute2 6.1, net-tools 2.10, bridge-utils 1.7, procps 4.0.2, ethtool 6.1 on
// Linux 6.18): "$ command", its output, and "[status]" when it is not 0. The same commands must give the same.

class Sink extends BaseFile {
  readonly kind = "file";
  text = "";
  override write(data: Uint8Array): number {
    this.text += new TextDecoder().decode(data);
    return data.length;
  }
  override read(): Uint8Array | typeof AGAIN {
    return new Uint8Array(0);
  }
}

interface Step {
  readonly command: string;
  readonly expected: string;
}

function steps(file: string): Step[] {
  const found: Step[] = [];
  for (const line of readFileSync(new URL(`recorded/${file}`, import.meta.url), "utf8").split(/(?<=\n)/)) {
    if (line.startsWith("$ ") || line.startsWith("# sleep"))
      found.push({ command: line.trim(), expected: "" });
    else
      found[found.length - 1] = {
        ...found[found.length - 1],
        expected: found[found.length - 1].expected + line,
      };
  }
  return found;
}

function words(line: string): string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((w) => w.replace(/^'(.*)'$/, "$1"));
}

class Lab {
  private readonly machine = new Machine({ seed: 1, epoch: 1.7e18 });
  private readonly net = this.machine.createNamespace("lab");

  constructor() {
    this.machine.holdNamespace(this.net);
    const known = new Set(this.machine.programs.names());
    this.machine.programs.register(...COMMANDS.filter((c) => !known.has(c.names[0])));
  }

  run(step: Step): string {
    if (step.command.startsWith("#")) {
      this.machine.run({ limit: this.machine.now + Number(step.command.slice(8)) * 1e9 });
      return "";
    }
    const sink = new Sink();
    const child = spawn(this.machine.init, words(step.command.slice(2)), {
      fds: [0, 1, 2].map((n) => [n, sink] as const),
      net: this.net,
      env: new Map([["PATH", "/usr/sbin:/usr/bin"]]),
    });
    this.machine.run({ until: () => child.exit !== null, limit: this.machine.now + 60e9 });
    const status = child.exit && "status" in child.exit ? child.exit.status : -1;
    return sink.text + (status === 0 ? "" : `[${status}]\n`);
  }
}

describe.each(["link.txt", "route.txt", "tools.txt"])("as the real tools: %s", (file) => {
  const lab = new Lab();
  it.each(steps(file).map((step, i) => [i + 1, step.command, step] as const))("%i %s", (_, __, step) => {
    expect(lab.run(step)).toBe(step.expected);
  });
});
