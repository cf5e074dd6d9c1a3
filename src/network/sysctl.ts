import { KernelError } from "../base/errno.ts";
import type { NetNamespace } from "./namespace.ts";

/** One value of the tree: text as /proc/sys shows it (without the last newline). */
export interface SysctlEntry {
  /** 0o644, 0o444 (read only), 0o200 (write only), 0o600. */
  readonly mode: number;
  read(): string;
  /** Takes the text as written (without a last newline). Throws KernelError (EINVAL …). */
  write(text: string): void;
}

/**
 * net.* of one namespace: what `sysctl` and /proc/sys/net show to a process in it. Keys are slashed paths
 * below /proc/sys: "net/ipv4/conf/eth0.1/rp_filter". `dotted` turns sysctl's spelling into one.
 */
export class SysctlTree {
  private readonly ns: NetNamespace;
  private readonly entries = new Map<string, SysctlEntry>();

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
    return this.entries.has(path);
  }

  /** Throws ENOENT; EACCES for what is write only. */
  get(path: string): string {
    const entry = this.entries.get(path);
    if (!entry) throw new KernelError("ENOENT");
    if ((entry.mode & 0o400) === 0) throw new KernelError("EACCES");
    return entry.read();
  }

  /** Throws ENOENT, EACCES (read only), EINVAL. */
  set(path: string, value: string): void {
    const entry = this.entries.get(path);
    if (!entry) throw new KernelError("ENOENT", this.ns.name);
    if ((entry.mode & 0o200) === 0) throw new KernelError("EACCES");
    entry.write(value);
  }

  mode(path: string): number {
    return this.entries.get(path)?.mode ?? 0;
  }

  /** A number, for code that reads a knob: `ns.sysctl.number("net/ipv4/tcp_syn_retries")`; 0 when absent. */
  number(path: string): number {
    const entry = this.entries.get(path);
    return entry ? Number.parseInt(entry.read(), 10) : 0;
  }

  /** All leaves below a folder ("" for all), sorted as `sysctl -a` does. */
  list(folder = "net"): string[] {
    const prefix = folder === "" ? "" : `${folder}/`;
    return [...this.entries.keys()].filter((k) => k.startsWith(prefix)).sort();
  }

  /** Names in a folder: [name, isFolder], or undefined when there is no such folder. */
  children(folder: string): [string, boolean][] | undefined {
    const prefix = folder === "" ? "" : `${folder}/`;
    const found = new Map<string, boolean>();
    for (const key of this.entries.keys()) {
      if (!key.startsWith(prefix)) continue;
      const rest = key.slice(prefix.length);
      const slash = rest.indexOf("/");
      found.set(slash < 0 ? rest : rest.slice(0, slash), slash >= 0);
    }
    return found.size > 0 ? [...found] : undefined;
  }

  /** Adds (or replaces) a leaf: other rooms put theirs here (conntrack's, TCP's). */
  define(path: string, entry: SysctlEntry): void {
    this.entries.set(path, entry);
  }

  /** Takes out a leaf or a whole folder. */
  remove(path: string): void {
    for (const key of [...this.entries.keys()]) {
      if (key === path || key.startsWith(`${path}/`)) this.entries.delete(key);
    }
  }
}
