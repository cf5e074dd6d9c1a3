import { KernelError } from "../base/errno.ts";
import { conntrackSysctls } from "../netfilter/conntrack/settings.ts";
import type { NetNamespace } from "./namespace.ts";

/** net.netfilter.nf_conntrack_* of a namespace. */
export function defineConntrackSysctls(ns: NetNamespace): void {
  const conntrack = ns.netfilter.conntrack;
  for (const s of conntrackSysctls(conntrack.settings, () => conntrack.count, ns.initial)) {
    const write = (text: string) => {
      const value = Number(text.trim());
      if (!/^-?\d+$/.test(text.trim()) || value < s.min || value > s.max) throw new KernelError("EINVAL");
      s.set?.(value);
    };
    ns.sysctl.define(`net/netfilter/${s.name}`, {
      mode: s.set ? 0o644 : 0o444,
      read: () => String(s.get()),
      write,
    });
    if (s.name === "nf_conntrack_max" && ns.initial) {
      ns.sysctl.define("net/nf_conntrack_max", { mode: 0o644, read: () => String(s.get()), write });
    }
  }
}
