import { type ChildProcess, execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { LINKTYPE_LINUX_SLL } from "../../../wire/pcap.ts";
import type { CapturedFrame } from "../../engine.ts";
import { type Sandbox, SYSTEM_PATH } from "../sandbox.ts";
import { type Agent, spawnBeside } from "./agent.ts";
import { CaptureReader, type Frame, withoutInterface } from "./capture.ts";
import { ROOTLESS_CAPTURE } from "./capture-rootless.ts";
import { Connections } from "./conntrack.ts";
import { countedSince, type LegacyCounters, parseLegacy } from "./legacy.ts";
import { parseTraceLine, type TraceLine } from "./nft-trace.ts";

/** Our table: marks each IPv4 packet for tracing, and has a chain at each hook, so that each hook is seen. */
export const TABLE = "packetwalk";
const RULESET = `table inet ${TABLE} {
  chain PREROUTING { type filter hook prerouting priority -1000; meta nfproto ipv4 meta nftrace set 1; }
  chain OUTPUT { type filter hook output priority -1000; meta nfproto ipv4 meta nftrace set 1; }
  chain INPUT { type filter hook input priority -1000; }
  chain FORWARD { type filter hook forward priority -1000; }
  chain POSTROUTING { type filter hook postrouting priority -1000; }
}`;

/** Frames kept until they are told. */
const MOST = 10_000;
const NONE: LegacyCounters = new Map();
const run = promisify(execFile);

/** A rule as iptables names it. */
export interface NamedRule {
  readonly number: number;
  readonly text: string;
}

/** What the lab's namespace looks like, as far as deaths are explained by it. */
export interface Snapshot {
  /** "veth0 10.0.0.1/24". */
  readonly addresses: ReadonlySet<string>;
  readonly names: ReadonlyMap<number, string>;
  readonly up: ReadonlyMap<string, boolean>;
  /** "net.ipv4.ip_forward" → "1". */
  readonly sysctls: ReadonlyMap<string, string>;
}

export const EMPTY: Snapshot = {
  addresses: new Set(),
  names: new Map(),
  up: new Map(),
  sysctls: new Map(),
};

/** One network namespace under watch: frames and rule traces since they were last taken. */
export class WatchedNamespace {
  readonly name: string;
  frames: Frame[] = [];
  traces: TraceLine[] = [];
  snapshot: Snapshot = EMPTY;
  /** Table, chain and handle → the rule's number and text; tables' chains → number of rules. */
  rules = new Map<string, NamedRule>();
  sizes = new Map<string, number>();
  readonly connections = new Connections();
  /** What rules of iptables-legacy counted between the last two looks. */
  counted: ReturnType<typeof countedSince> = [];
  private legacy: LegacyCounters = NONE;
  /** A watcher in the namespace. */
  private inside: ChildProcess | undefined;
  private readonly agent: Agent;
  private readonly onFrame: ((frame: CapturedFrame) => void) | undefined;
  private readonly children: ChildProcess[] = [];
  /** Frames that wait for their device's name. */
  private unnamed: Frame[] = [];
  private readonly known = new Map<number, string>();
  /** When something was last heard. */
  heard = 0;
  /** Frames that were one too many to be kept. */
  missed = 0;

  constructor(name: string, agent: Agent, onFrame?: (frame: CapturedFrame) => void) {
    this.name = name;
    this.agent = agent;
    this.onFrame = onFrame;
  }

  /** Lets go of all that was seen since it was last taken. */
  forget(): void {
    this.frames = [];
    this.traces = [];
    this.missed = 0;
  }

  private see(frame: Frame): void {
    this.heard = performance.now();
    if (this.frames.length < MOST) this.frames.push(frame);
    else this.missed++;
    if (!this.onFrame) return;
    // One of a device that was made since the last look waits for the next, which knows its name.
    if (this.known.has(frame.ifindex) || this.unnamed.length >= MOST) this.pass(frame);
    else this.unnamed.push(frame);
  }

  private pass({ ns, ifindex, direction, time, record }: Frame): void {
    const dev = this.nameOf(ifindex);
    const bytes = withoutInterface(record);
    this.onFrame?.({ ns, dev, direction, time, bytes, linkType: LINKTYPE_LINUX_SLL });
  }

  /** A device's name, also when it is gone. */
  nameOf(ifindex: number): string {
    return this.known.get(ifindex) ?? `if${ifindex}`;
  }

  async watch(sandbox: Sandbox): Promise<void> {
    await this.ask(`nft -f - <<'NFT'\n${RULESET}\nNFT`);
    const capture = new CaptureReader(this.name, (frame) => this.see(frame));
    const rootless = ["python3", "-I", "-S", "-c", ROOTLESS_CAPTURE];
    const asRoot = [
      "tcpdump",
      "-i",
      "any",
      "-p",
      "-n",
      "-U",
      "-w",
      "-",
      "--immediate-mode",
      "--time-stamp-precision=nano",
      "-Z",
      "root",
    ];
    const tcpdump = this.spawn(sandbox, sandbox.rootless ? rootless : asRoot);
    tcpdump.stdout?.on("data", (bytes: Buffer) => capture.push(bytes));
    const listening = new Promise<void>((resolve) => {
      tcpdump.stderr?.once("data", () => resolve());
      tcpdump.once("error", () => resolve());
      tcpdump.once("exit", () => resolve());
    });
    const nft = this.spawn(sandbox, ["nft", "-nn", "-a", "monitor", "trace"]);
    this.lines(nft, (line) => {
      const record = parseTraceLine(line);
      // A frame has some twenty lines.
      if (record && this.traces.length < MOST * 20) this.traces.push(record);
    });
    // Listening does not make the namespace track: only its own rules do.
    const conntrack = this.spawn(sandbox, ["conntrack", "-E", "-o", "id,timestamp,extended"]);
    this.lines(conntrack, (line) => this.connections.hear(line));
    this.inside = nft;
    // NFNLGRP_NFTRACE is group 9 of NETLINK_NETFILTER (12): the listener is there when its socket shows it.
    for (let i = 0; i < 200 && !/^\S+ +12 +\d+ +00000100 /m.test(this.netFile("netlink")); i++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await listening;
  }

  private lines(child: ChildProcess, take: (line: string) => void): void {
    let rest = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
      this.heard = performance.now();
    });
  }

  private spawn(sandbox: Sandbox, argv: readonly string[]): ChildProcess {
    const child = spawnBeside(sandbox, argv, ["ignore", "pipe", "pipe"], this.name);
    child.on("error", () => {});
    this.children.push(child);
    return child;
  }

  /**
   * A file of /proc/net there, empty when there is none. It is read outside, by a watcher's process number: a process
   * that is not in the sandbox's PID namespace has no /proc/self in its /proc, and so no /proc/net.
   */
  private netFile(name: string): string {
    try {
      const own = `/proc/${this.inside?.pid}`;
      // Until it runs what it was started for, it may still be in another namespace.
      return readFileSync(`${own}/comm`, "utf8") === "nft\n"
        ? readFileSync(`${own}/net/${name}`, "utf8")
        : "";
    } catch {
      return "";
    }
  }

  /** The counters of iptables-legacy's tables. It asks only for tables that are there, so it makes none. */
  private async legacyCounters(): Promise<LegacyCounters> {
    if (this.netFile("ip_tables_names") === "") return NONE;
    try {
      const net = `--net=/proc/${this.inside?.pid}/ns/net`;
      const { stdout } = await run("nsenter", [net, "iptables-legacy-save", "-c"], {
        env: { PATH: SYSTEM_PATH },
      });
      return parseLegacy(stdout);
    } catch {
      // The namespace goes, or the tool is not there.
      return NONE;
    }
  }

  private ask(script: string): Promise<string> {
    const quoted = `'${script.replaceAll("'", "'\\''")}'`;
    if (this.name === "host") return this.agent.ask(script);
    // Not `ip netns exec`, which mounts a /sys of its own each time.
    return this.agent.ask(`nsenter --net=/run/netns/${this.name} bash -c ${quoted}`);
  }

  /** Some rules of it are not traced. */
  get hasLegacy(): boolean {
    return this.legacy.size > 0;
  }

  /** Looks at addresses, devices, sysctls, and counters of iptables-legacy. */
  async look(): Promise<void> {
    const out = await this.ask(
      "ip -o link; echo; ip -o -4 addr; echo; cd /proc/sys && grep -H . net/ipv4/ip_forward net/ipv4/conf/*/{rp_filter,forwarding}",
    );
    const [links = "", addresses = "", sysctls = ""] = out.split(/^\n/m);
    const counters = await this.legacyCounters();
    this.counted = countedSince(this.legacy, counters);
    this.legacy = counters;
    const names = new Map<number, string>();
    const up = new Map<string, boolean>();
    for (const m of links.matchAll(/^(\d+): ([^:@]+)(?:@\S+)?: <([^>]*)>/gm)) {
      names.set(Number(m[1]), m[2]);
      up.set(m[2], m[3].split(",").includes("UP"));
    }
    const found = new Set<string>();
    for (const m of addresses.matchAll(/^\d+: (\S+)\s+inet (\S+)/gm)) found.add(`${m[1]} ${m[2]}`);
    const values = new Map<string, string>();
    for (const m of sysctls.matchAll(/^(\S+):(.*)$/gm)) values.set(m[1].replaceAll("/", "."), m[2]);
    this.snapshot = { addresses: found, names, up, sysctls: values };
    for (const [index, name] of names) this.known.set(index, name);
    for (const frame of this.unnamed.splice(0)) this.pass(frame);
  }

  /** Learns which handle is which rule of iptables: both list a chain in the same order. */
  async learnRules(): Promise<void> {
    const out = await this.ask("nft -a list ruleset ip; printf '\\002\\n'; iptables-save");
    const [native = "", saved = ""] = out.split("\u0002\n");
    const texts = new Map<string, string[]>();
    let table = "";
    for (const line of saved.split("\n")) {
      if (line.startsWith("*")) table = line.slice(1);
      const m = /^-A (\S+) ?(.*)$/.exec(line);
      if (m) texts.set(`${table} ${m[1]}`, [...(texts.get(`${table} ${m[1]}`) ?? []), m[2]]);
    }
    this.rules = new Map();
    this.sizes = new Map();
    let chain = "";
    for (const line of native.split("\n")) {
      const opens = /^\s*(table ip|chain) (\S+) \{/.exec(line);
      if (opens?.[1] === "chain") chain = opens[2];
      else if (opens) table = opens[2];
      const handle = opens ? undefined : /# handle (\d+)$/.exec(line)?.[1];
      if (handle === undefined) continue;
      const number = (this.sizes.get(`${table} ${chain}`) ?? 0) + 1;
      this.sizes.set(`${table} ${chain}`, number);
      const text = texts.get(`${table} ${chain}`)?.[number - 1];
      if (text !== undefined) this.rules.set(`${table} ${chain} ${handle}`, { number, text });
    }
  }

  close(): void {
    for (const frame of this.unnamed.splice(0)) this.pass(frame);
    for (const child of this.children) child.kill("SIGKILL");
  }
}
