import { spawn } from "node:child_process";
import { HOME } from "./home.ts";
import { OWN_PATH, type Sandbox } from "./sandbox.ts";

/** A lab to be built at once: what `ip`, `sysctl` and `iptables-restore` are to do. */
export interface BootPlan {
  /** Lines for `ip -batch` in the sandbox's own namespace: they make every namespace and link. */
  readonly links: readonly { readonly text: string }[];
  readonly boxes: readonly BootBox[];
}

/** What is done in one namespace, in this order. */
export interface BootBox {
  readonly name: string;
  /** Lines for `ip -batch`. */
  readonly ip: readonly { readonly text: string }[];
  /** As sysctl(8) names them. */
  readonly sysctls: readonly { readonly key: string; readonly value: string }[];
  /** For one `iptables-restore`. */
  readonly rules: { readonly lines: readonly string[] } | undefined;
}

/** Part of the plan that the kernel or a tool refused. */
export interface BootFailure {
  readonly step: "links" | "ip" | "sysctl" | "rules";
  /** Undefined: the links. */
  readonly box?: string;
  /** The line of the batch or ruleset, or the sysctl's place in its list, from 0. Undefined: nobody knows. */
  readonly index?: number;
  /** What the tool said. */
  readonly said: string;
}

/**
 * How many namespaces are set up at a time. A commit of nf_tables waits for grace periods of RCU (nf_tables_commit,
 * nft_rcv_nl_event), twice 5 to 20 ms a call in which no processor is used: while some wait, others work.
 */
const AT_A_TIME = 8;

/**
 * Builds a lab with few processes: one `ip -batch` for all namespaces and links, then for each namespace one
 * shell that writes the host profile and sysctls, one `ip -batch` and one `iptables-restore`. Rules go in by the
 * `iptables-restore` that scripts use, so that `iptables` finds them as it would have written them (native
 * `nft -f` writes what it calls incompatible, and the legacy one other tables). Gives what failed first, in the
 * plan's order.
 */
export async function bootLab(sandbox: Sandbox, plan: BootPlan): Promise<BootFailure | undefined> {
  const links = before(heredoc("ip -batch -", plan.links), " || echo '@failed links' >&2");
  const made = await work(sandbox, links);
  if (made.length > 0) return made[0];
  const shares = Array.from({ length: Math.min(AT_A_TIME, plan.boxes.length) }, () => [] as string[]);
  for (const [i, box] of plan.boxes.entries()) shares[i % shares.length].push(boxScript(box));
  const failures = (await Promise.all(shares.map((share) => work(sandbox, share.join(""))))).flat();
  const order = new Map(plan.boxes.map(({ name }, i) => [name, i]));
  const place = (f: BootFailure) => order.get(f.box ?? "") ?? 0;
  return failures.sort((a, b) => place(a) - place(b))[0];
}

/** The shell commands for one namespace. A step that fails says so on standard error and ends its namespace's work. */
function boxScript({ name, ip, sysctls, rules }: BootBox): string {
  const failed = (step: string) => ` || { echo '@failed ${step}' >&2; exit; }\n`;
  // Every namespace starts from the profile, as after `ip netns add` in a script.
  const inside = [`. ${HOME}/profile\n`];
  if (ip.length > 0) inside.push(before(heredoc("ip -batch -", ip), failed("ip")));
  for (const [i, { key, value }] of sysctls.entries())
    inside.push(`echo '${value}' > ${sysctlPath(key)}${failed(`sysctl ${i}`)}`);
  // The last step takes the shell's place: a process less, and its status is the shell's.
  if (rules)
    inside.push(
      heredoc(
        "exec iptables-restore -w",
        rules.lines.map((text) => ({ text })),
      ),
    );
  const enter = heredoc(`nsenter --net=/run/netns/${name} sh`, [{ text: inside.join("").trimEnd() }]);
  return `echo '@box ${name}' >&2\n${before(enter, " || echo '@failed rules' >&2")}`;
}

/** What follows a command with a here-document stands on the command's own line. */
function before(command: string, rest: string): string {
  const end = command.indexOf("\n");
  return `${command.slice(0, end)}${rest.trimEnd()}${command.slice(end)}\n`;
}

/** A command that reads these lines. */
function heredoc(command: string, lines: readonly { readonly text: string }[]): string {
  const text = lines.map((line) => line.text).join("\n");
  let end = "END";
  for (let i = 2; text.split("\n").includes(end); i++) end = `END${i}`;
  return `${command} <<\\${end}\n${text}\n${end}`;
}

/** net.ipv4.conf.eth0/1.rp_filter: whichever of "." and "/" comes first separates (sysctl(8)). */
function sysctlPath(key: string): string {
  const swapped = /^[^./]*\./.test(key) ? key.replace(/[./]/g, (sign) => (sign === "." ? "/" : ".")) : key;
  return `/proc/sys/${swapped}`;
}

/** Runs shell commands in the sandbox; gives the failures that they told. */
function work(sandbox: Sandbox, script: string): Promise<BootFailure[]> {
  const [command, ...args] = sandbox.command(["sh"]);
  const child = spawn(command, args, {
    stdio: ["pipe", "ignore", "pipe"],
    env: sandbox.environment({ PATH: OWN_PATH }),
    detached: true,
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(script);
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve([{ step: "links", said: error.message }]));
    child.once("close", (code) => {
      const failures = parseFailures(said);
      if (code !== 0 && failures.length === 0)
        failures.push({
          step: "links",
          said: said.trim() || `the sandbox's shell ended with status ${code}`,
        });
      resolve(failures);
    });
  });
}

/** Reads "@box NAME", what tools said, and "@failed STEP". */
export function parseFailures(said: string): BootFailure[] {
  const failures: BootFailure[] = [];
  let box: string | undefined;
  let lines: string[] = [];
  for (const line of said.split("\n")) {
    const entered = /^@box (.*)$/.exec(line);
    const failed = /^@failed (links|ip|sysctl|rules) ?(\d+)?$/.exec(line);
    if (entered) {
      box = entered[1];
      lines = [];
    } else if (failed) {
      const step = failed[1] as BootFailure["step"];
      const index = failed[2] === undefined ? failedLine(lines) : Number(failed[2]);
      failures.push({
        step,
        ...(box === undefined ? {} : { box }),
        ...(index === undefined ? {} : { index }),
        said: lines
          .filter((l) => !/^Command failed |^Error occurred at line|^Try `/.test(l) && l !== "")
          .join("\n"),
      });
      lines = [];
    } else lines.push(line);
  }
  return failures;
}

/** "Command failed -:3", "line 3 failed", "Error occurred at line: 3": the line, from 0. */
function failedLine(said: readonly string[]): number | undefined {
  const m = /Command failed -:(\d+)|\bline:? (\d+)/.exec(said.join("\n"));
  return m ? Number(m[1] ?? m[2]) - 1 : undefined;
}
