import { KernelError } from "../base/errno.ts";
import type { Device } from "./device.ts";
import { kernelConf4 } from "./inet-conf.ts";
import type { Conf4 } from "./inet-device.ts";
import type { NetNamespace } from "./namespace.ts";
import {
  BRIDGE_NETFILTER,
  INITIAL_ONLY,
  NAMESPACE_DEFAULTS,
  NEIGHBOUR_DEFAULTS,
  NEIGHBOUR_GC_DEFAULTS,
  READ_ONLY,
} from "./sysctl-defaults.ts";

/** One value of the tree: text as /proc/sys shows it (without the last newline). */
export interface SysctlEntry {
  /** 0o644, 0o444 (read only), 0o200 (write only), 0o600. */
  readonly mode: number;
  read(): string;
  /** Takes the text as written (without a last newline). Throws KernelError (EINVAL …). */
  write(text: string): void;
}

const parseTable = (table: string): ReadonlyMap<string, string> =>
  new Map(
    table
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const space = line.indexOf(" ");
        return space < 0 ? [`net/${line}`, ""] : [`net/${line.slice(0, space)}`, line.slice(space + 1)];
      }),
  );

const EVERYWHERE = parseTable(NAMESPACE_DEFAULTS);
const INITIAL = parseTable(INITIAL_ONLY);
const BRIDGE = parseTable(BRIDGE_NETFILTER);
const CONF4_NAMES = Object.keys(kernelConf4("all")) as (keyof Conf4)[];

/** Limits that the kernel checks (proc_dou8vec_minmax and friends): [least, most]. */
const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  "net/ipv4/ip_default_ttl": [1, 255],
  "net/ipv4/icmp_echo_ignore_all": [0, 1],
  "net/ipv4/icmp_echo_ignore_broadcasts": [0, 1],
  "net/ipv4/icmp_errors_use_inbound_ifaddr": [0, 1],
  "net/ipv4/icmp_ignore_bogus_error_responses": [0, 1],
  "net/ipv4/icmp_echo_enable_probe": [0, 1],
  "net/ipv4/fib_multipath_hash_policy": [0, 3],
  "net/ipv4/ip_forward_use_pmtu": [0, 255],
  "net/ipv4/ip_no_pmtu_disc": [0, 255],
  "net/ipv4/ip_early_demux": [0, 255],
  "net/ipv4/tcp_syn_retries": [1, 127],
  "net/ipv4/tcp_retries1": [0, 255],
  "net/ipv4/tcp_retries2": [0, 255],
  "net/ipv4/tcp_synack_retries": [0, 255],
  "net/ipv4/tcp_sack": [0, 255],
  "net/ipv4/tcp_timestamps": [0, 255],
  "net/ipv4/tcp_window_scaling": [0, 255],
  "net/ipv4/ip_nonlocal_bind": [0, 255],
  "net/ipv4/ip_unprivileged_port_start": [0, 65535],
  "net/ipv4/route/min_pmtu": [68, 2147483647],
  "net/ipv4/icmp_ratelimit": [0, 2147483647],
  "net/ipv4/icmp_msgs_per_sec": [0, 2147483647],
  "net/ipv4/icmp_msgs_burst": [0, 2147483647],
};

/**
 * net.* of one namespace: what `sysctl` and /proc/sys/net show to a process in it. Keys are slashed paths
 * below /proc/sys: "net/ipv4/conf/eth0.1/rp_filter". `path` turns sysctl's spelling into one. What nobody
 * wrote costs nothing: defaults are shared by all namespaces.
 */
export class SysctlTree {
  private readonly ns: NetNamespace;
  private readonly entries = new Map<string, SysctlEntry>();
  private readonly written = new Map<string, string>();
  /** What `number` was asked for, of plain values. */
  private readonly numbers = new Map<string, number>();
  private readonly neighbourWritten = new Map<string, number>();
  private later: (() => void)[] = [];

  constructor(ns: NetNamespace) {
    this.ns = ns;
  }

  /** "net.ipv4.ip_forward" or "net/ipv4/ip_forward" to the path; in the dotted form "/" stands for a dot in a name. */
  static path(key: string): string {
    const first = key.search(/[./]/);
    if (first < 0 || key[first] === "/") return key;
    return key.replace(/[./]/g, (c) => (c === "." ? "/" : "."));
  }

  /** True for a leaf. */
  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** Throws ENOENT; EACCES for what is write only. */
  get(path: string): string {
    const entry = this.find(path);
    if (!entry) throw new KernelError("ENOENT");
    if ((entry.mode & 0o400) === 0) throw new KernelError("EACCES");
    return entry.read();
  }

  /** Throws ENOENT, EACCES (read only), EINVAL. */
  set(path: string, value: string): void {
    const entry = this.find(path);
    if (!entry) throw new KernelError("ENOENT");
    if ((entry.mode & 0o200) === 0) throw new KernelError("EACCES");
    const walk = this.ns.host.walk;
    const old = walk !== null && (entry.mode & 0o400) !== 0 ? entry.read() : "";
    entry.write(value);
    if (walk === null) return;
    const now = (entry.mode & 0o400) !== 0 ? entry.read() : value;
    walk.emit(this.ns.name, { kind: "sysctl", key: path.replaceAll("/", "."), value: now, old });
  }

  mode(path: string): number {
    return this.find(path)?.mode ?? 0;
  }

  /** A number, for code that reads a knob: `ns.sysctl.number("net/ipv4/tcp_syn_retries")`; 0 when absent. */
  number(path: string): number {
    const known = this.numbers.get(path);
    if (known !== undefined) return known;
    const plain = this.written.get(path) ?? (this.entries.has(path) ? undefined : EVERYWHERE.get(path));
    if (plain !== undefined) {
      const value = Number.parseInt(plain, 10);
      this.numbers.set(path, value);
      return value;
    }
    const entry = this.find(path);
    return entry ? Number.parseInt(entry.read(), 10) : 0;
  }

  /** All leaves below a folder ("" for all), sorted by name. */
  list(folder = "net"): string[] {
    const prefix = folder === "" ? "" : `${folder}/`;
    return this.paths()
      .filter((k) => k.startsWith(prefix))
      .sort();
  }

  /** Names in a folder: [name, isFolder], or undefined when there is no such folder. */
  children(folder: string): [string, boolean][] | undefined {
    const prefix = folder === "" ? "" : `${folder}/`;
    const found = new Map<string, boolean>();
    for (const key of this.paths()) {
      if (!key.startsWith(prefix)) continue;
      const rest = key.slice(prefix.length);
      const slash = rest.indexOf("/");
      found.set(slash < 0 ? rest : rest.slice(0, slash), slash >= 0);
    }
    return found.size > 0 ? [...found].sort((a, b) => (a[0] < b[0] ? -1 : 1)) : undefined;
  }

  /** Adds (or replaces) a leaf: other rooms put theirs here (conntrack's, TCP's). */
  define(path: string, entry: SysctlEntry): void {
    this.entries.set(path, entry);
    this.numbers.delete(path);
  }

  /** The same for a whole room, called when the tree is first asked for what it does not know itself: most
   *  namespaces never are. */
  defineLater(define: () => void): void {
    this.later.push(define);
  }

  private settle(): void {
    if (this.later.length === 0) return;
    const { later } = this;
    this.later = [];
    for (const define of later) define();
  }

  /** Takes out a leaf or a whole folder that was defined. */
  remove(path: string): void {
    for (const key of [...this.entries.keys()]) {
      if (key === path || key.startsWith(`${path}/`)) this.entries.delete(key);
    }
  }

  private tables(): ReadonlyMap<string, string>[] {
    const tables = [EVERYWHERE];
    if (this.ns.initial) tables.push(INITIAL);
    if (this.ns.bridgeNetfilter) tables.push(BRIDGE);
    return tables;
  }

  private *names(): Generator<string> {
    this.settle();
    for (const table of this.tables()) yield* table.keys();
    yield* this.entries.keys();
    const devices = ["all", "default", ...this.ns.links.list().map((d) => d.name)];
    for (const dev of devices) {
      for (const name of CONF4_NAMES) yield `net/ipv4/conf/${dev}/${name}`;
      for (const name of this.ns.conf6Default.keys()) yield `net/ipv6/conf/${dev}/${name}`;
      if (dev === "all" || (dev === "default" && !this.ns.initial)) continue;
      for (const name of Object.keys(NEIGHBOUR_DEFAULTS)) {
        yield `net/ipv4/neigh/${dev}/${name}`;
        yield `net/ipv6/neigh/${dev}/${name}`;
      }
    }
    if (this.ns.initial) {
      for (const name of Object.keys(NEIGHBOUR_GC_DEFAULTS)) yield `net/ipv4/neigh/default/${name}`;
    }
    yield "net/ipv4/route/flush";
  }

  private paths(): string[] {
    return [...new Set(this.names())];
  }

  /** The entry of a path, made when it is asked for. */
  private find(path: string): SysctlEntry | undefined {
    if (!path.startsWith("net/ipv")) this.settle();
    const own = this.entries.get(path);
    if (own) return own;
    const parts = path.split("/");
    if (parts[0] !== "net") return undefined;
    if (path === "net/ipv4/ip_forward") return this.confEntry(this.ns.confAll, "all", "forwarding");
    if (path === "net/ipv4/route/flush") {
      return { mode: 0o200, read: () => "", write: () => this.ns.routes.flushCache() };
    }
    if (parts.length === 5 && parts[1] === "ipv4" && parts[2] === "conf")
      return this.conf4(parts[3], parts[4]);
    if (parts.length === 5 && parts[1] === "ipv6" && parts[2] === "conf")
      return this.conf6(parts[3], parts[4]);
    if (parts.length === 5 && parts[1] === "ipv4" && parts[2] === "neigh")
      return this.neigh(parts[3], parts[4]);
    if (parts.length === 5 && parts[1] === "ipv6" && parts[2] === "neigh")
      return this.neigh6(path, parts[3], parts[4]);
    for (const table of this.tables()) {
      const value = table.get(path);
      if (value !== undefined) return this.plain(path, value);
    }
    return undefined;
  }

  private plain(path: string, initial: string): SysctlEntry {
    const readOnly =
      READ_ONLY.has(path) || (!this.ns.initial && /^net\/core\/[rw]mem_|tcp_allowed_congestion/.test(path));
    return {
      mode: readOnly ? 0o444 : 0o644,
      read: () => this.written.get(path) ?? initial,
      write: (text) => {
        this.written.set(
          path,
          checked(path, text, initial, this.number("net/ipv4/ip_unprivileged_port_start")),
        );
        this.numbers.delete(path);
        this.ns.sysctlWritten(path);
      },
    };
  }

  private conf4(dev: string, name: string): SysctlEntry | undefined {
    if (!(CONF4_NAMES as string[]).includes(name)) return undefined;
    const key = name as keyof Conf4;
    if (dev === "all") return this.confEntry(this.ns.confAll, "all", key);
    if (dev === "default") return this.confEntry(this.ns.confDefault, "default", key);
    const device = this.ns.links.byName(dev);
    return device ? this.confEntry(device.ipv4.conf, device, key) : undefined;
  }

  private confEntry(conf: Conf4, of: "all" | "default" | Device, name: keyof Conf4): SysctlEntry {
    return {
      mode: name === "mc_forwarding" ? 0o444 : 0o644,
      read: () => String(conf[name]),
      write: (text) => {
        const value = integer(text);
        if (value === undefined) throw new KernelError("EINVAL");
        const before = conf[name];
        conf[name] = value;
        if (name === "forwarding") {
          if (of === "all" && before !== value) this.forwardAll(value);
        } else if (of === "default") {
          for (const dev of this.ns.links.all()) {
            const touched = dev.ipv4.touched;
            if (touched === "all" || touched?.has(name)) continue;
            dev.ipv4.conf[name] = value;
          }
        }
        if (typeof of === "object" && of.ipv4.touched !== "all") {
          of.ipv4.touched ??= new Set();
          of.ipv4.touched.add(name);
        }
        this.ns.routes.invalidate();
      },
    };
  }

  /** inet_forward_change: ip_forward reaches every device, and turns the acceptance of redirects. */
  private forwardAll(value: number): void {
    const ns = this.ns;
    ns.confAll.accept_redirects = value ? 0 : 1;
    ns.confDefault.forwarding = value;
    for (const dev of ns.links.all()) dev.ipv4.conf.forwarding = value;
  }

  private conf6(dev: string, name: string): SysctlEntry | undefined {
    const conf =
      dev === "all"
        ? this.ns.conf6All
        : dev === "default"
          ? this.ns.conf6Default
          : this.ns.links.byName(dev)?.ipv6.conf;
    if (!conf?.has(name)) return undefined;
    const device = this.ns.links.byName(dev);
    return {
      mode: name === "mc_forwarding" ? 0o444 : 0o644,
      read: () =>
        name === "mtu" && device && !conf.written(name) ? String(device.mtu) : (conf.get(name) ?? "0"),
      write: (text) => {
        const value = integer(text);
        if (value === undefined) throw new KernelError("EINVAL");
        const before = conf.get(name);
        conf.set(name, String(value));
        if (name === "disable_ipv6" && before !== String(value)) this.disable6(dev, value !== 0);
        if (name === "forwarding" && dev === "all") {
          this.ns.conf6Default.set(name, String(value));
          for (const d of this.ns.links.all()) d.ipv6.conf.set(name, String(value));
        }
      },
    };
  }

  /** addrconf_disable_ipv6: addresses go, or come back for devices that are up. */
  private disable6(dev: string, off: boolean): void {
    const devices = dev === "all" ? this.ns.links.list() : [this.ns.links.byName(dev)];
    if (dev === "all") this.ns.conf6Default.set("disable_ipv6", off ? "1" : "0");
    for (const d of devices) {
      if (!d) continue;
      if (dev === "all") d.ipv6.conf.set("disable_ipv6", off ? "1" : "0");
      if (off) d.ipv6.addresses.length = 0;
      else this.ns.addresses.carrierUp(d);
    }
  }

  private neigh(dev: string, name: string): SysctlEntry | undefined {
    // The defaults are the machine's: they stand in the initial namespace alone.
    if (dev === "default" && !this.ns.initial) return undefined;
    const gc = dev === "default" ? NEIGHBOUR_GC_DEFAULTS[name] : undefined;
    if (NEIGHBOUR_DEFAULTS[name] === undefined && gc === undefined) return undefined;
    if (dev !== "default" && !this.ns.links.byName(dev)) return undefined;
    return {
      mode: 0o644,
      read: () =>
        String(
          gc !== undefined ? (this.neighbourWritten.get(`default/${name}`) ?? gc) : this.neighbour(dev, name),
        ),
      write: (text) => {
        const value = integer(text);
        if (value === undefined || value < 0) throw new KernelError("EINVAL");
        this.neighbourWritten.set(`${dev}/${name}`, value);
        // Two files, one value.
        const twin: Readonly<Record<string, [string, number]>> = {
          base_reachable_time: ["base_reachable_time_ms", 1000],
          base_reachable_time_ms: ["base_reachable_time", 1 / 1000],
          retrans_time: ["retrans_time_ms", 10],
          retrans_time_ms: ["retrans_time", 1 / 10],
        };
        const other = twin[name];
        if (other) this.neighbourWritten.set(`${dev}/${other[0]}`, Math.floor(value * other[1]));
      },
    };
  }

  /** net.ipv6.neigh.*: data. */
  private neigh6(path: string, dev: string, name: string): SysctlEntry | undefined {
    const initial = name === "locktime" ? 0 : NEIGHBOUR_DEFAULTS[name];
    if (initial === undefined || !(dev === "default" ? this.ns.initial : this.ns.links.byName(dev)))
      return undefined;
    return this.plain(path, String(initial));
  }

  /** net.ipv4.neigh.DEV.name, in the file's own unit. */
  neighbour(dev: string, name: string): number {
    const defaults = this.ns.initial ? this : this.ns.host.initialNamespace.sysctl;
    if (this.neighbourWritten.size === 0 && defaults.neighbourWritten.size === 0) {
      return NEIGHBOUR_DEFAULTS[name] ?? 0;
    }
    return (
      this.neighbourWritten.get(`${dev}/${name}`) ??
      defaults.neighbourWritten.get(`default/${name}`) ??
      NEIGHBOUR_DEFAULTS[name] ??
      0
    );
  }

  /** A device went: what was written for it goes. */
  deviceGone(dev: Device): void {
    for (const key of [...this.neighbourWritten.keys()]) {
      if (key.startsWith(`${dev.name}/`)) this.neighbourWritten.delete(key);
    }
  }

  deviceRenamed(dev: Device, old: string): void {
    for (const [key, value] of [...this.neighbourWritten]) {
      if (!key.startsWith(`${old}/`)) continue;
      this.neighbourWritten.delete(key);
      this.neighbourWritten.set(`${dev.name}/${key.slice(old.length + 1)}`, value);
    }
  }
}

/** proc_get_long: decimal, octal or hex, ended by a blank; undefined for anything else. */
function integer(text: string): number | undefined {
  // do_proc_dointvec looks at the first number; what stands behind a blank is not read.
  const m = /^\s*(-?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)(?:\s|$)/.exec(text);
  if (!m) return undefined;
  const digits = m[2];
  const value =
    digits.length > 1 && digits[0] === "0" && digits[1] !== "x" && digits[1] !== "X"
      ? Number.parseInt(digits, 8)
      : Number(digits);
  if (value > 0xffffffff) return undefined;
  return m[1] ? -value : value;
}

/** What is stored of a written text: numbers one by one, as the file had them; words as they are. */
function checked(path: string, text: string, initial: string, unprivileged: number): string {
  if (initial !== "" && /^-?\d+(\t-?\d+)*$/.test(initial)) {
    const wanted = initial.split("\t").length;
    const parts = text.trim().split(/\s+/);
    const values = parts.slice(0, wanted).map((p) => integer(p));
    if (parts[0] === "" || values.some((v) => v === undefined)) throw new KernelError("EINVAL");
    const limit = LIMITS[path];
    if (limit && values.some((v) => (v as number) < limit[0] || (v as number) > limit[1])) {
      throw new KernelError("EINVAL");
    }
    if (path.endsWith("/ip_local_port_range")) {
      const [low, high] = values as number[];
      if (low < unprivileged) throw new KernelError("EINVAL");
      if (wanted !== parts.length || low < 1 || high > 65535 || high < low) throw new KernelError("EINVAL");
    }
    const rest = initial.split("\t").slice(values.length);
    return [...values.map(String), ...rest].join("\t");
  }
  if (path.endsWith("tcp_congestion_control") && !["cubic", "reno"].includes(text.trim())) {
    throw new KernelError("ENOENT");
  }
  return text.trim();
}
