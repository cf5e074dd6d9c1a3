import { type ChildProcess, spawn } from "node:child_process";
import { OWN_PATH, type Sandbox } from "../sandbox.ts";

const END = "\u0001end\u0001\n";

/**
 * A shell in the sandbox's namespaces that answers questions for the walk. Like the other watchers it is not in
 * the sandbox's PID namespace, so that the script's `ps` and `pkill` know nothing of it; it dies with us
 * (PR_SET_PDEATHSIG).
 */
export class Agent {
  private readonly child: ChildProcess;
  private out = "";
  private waiting: ((answer: string) => void)[] = [];

  constructor(sandbox: Sandbox) {
    this.child = spawnBeside(sandbox, ["bash"], ["pipe", "pipe", "ignore"]);
    this.child.stdin?.on("error", () => {});
    this.child.stdout?.on("data", (bytes: Buffer) => {
      this.out += bytes.toString();
      for (let end = this.out.indexOf(END); end >= 0; end = this.out.indexOf(END)) {
        const answer = this.out.slice(0, end);
        this.out = this.out.slice(end + END.length);
        this.waiting.shift()?.(answer);
      }
    });
    this.child.once("exit", () => {
      for (const answer of this.waiting.splice(0)) answer("");
    });
  }

  /** What a piece of shell prints on standard output. */
  ask(script: string): Promise<string> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve("");
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.child.stdin?.write(`{ ${script}\n} < /dev/null 2>/dev/null; printf '\\001end\\001\\n'\n`);
    });
  }

  close(): void {
    this.child.stdin?.end();
    this.child.kill("SIGKILL");
  }
}

/** Starts a watcher in the sandbox's namespaces, outside its PID namespace, that ends when we end. */
export function spawnBeside(
  sandbox: Sandbox,
  argv: readonly string[],
  stdio: ("pipe" | "ignore")[],
  ns?: string,
): ChildProcess {
  // Between fork and PR_SET_PDEATHSIG we may have gone already: then the parent is another one.
  const guard = [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "sh",
    "-c",
    `[ $PPID = ${process.pid} ] || exit; exec "$@"`,
    "sh",
  ];
  const [command, ...args] = sandbox.command([...guard, ...inNs(ns), ...argv], { beside: true });
  return spawn(command, args, { stdio, env: sandbox.environment({ PATH: OWN_PATH }), detached: true });
}

function inNs(ns: string | undefined): string[] {
  return ns === undefined || ns === "host" ? [] : ["ip", "netns", "exec", ns];
}
