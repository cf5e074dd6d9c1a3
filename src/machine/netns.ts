import { KernelError } from "../base/errno.ts";
import type { NetNamespace } from "../network/namespace.ts";
import { NamespaceFile } from "./inode.ts";
import type { Process } from "./process.ts";
import { lookup, mkdir, readdir, resolve, tryLookup } from "./vfs.ts";

/** Where iproute2 keeps the names of network namespaces. */
export const NETNS_RUN_DIR = "/run/netns";

/** The namespace that is bound to a name; undefined when there is none. */
export function namedNamespace(proc: Process, name: string): NetNamespace | undefined {
  const inode = tryLookup(proc, name.includes("/") ? name : `${NETNS_RUN_DIR}/${name}`);
  return inode instanceof NamespaceFile ? inode.net : undefined;
}

/** Names in the order of `ip netns list`: as readdir gives them, the newest first. */
export function namespaceNames(proc: Process): string[] {
  return tryLookup(proc, NETNS_RUN_DIR) ? readdir(proc, NETNS_RUN_DIR) : [];
}

/** Binds a name to a namespace (`ip netns add`, `attach`). EEXIST when the name is taken. */
export function nameNamespace(proc: Process, name: string, net: NetNamespace): void {
  if (!tryLookup(proc, NETNS_RUN_DIR)) mkdir(proc, NETNS_RUN_DIR, 0o755);
  const at = resolve(proc, `${NETNS_RUN_DIR}/${name}`);
  if (at.inode) throw new KernelError("EEXIST");
  at.parent.add(at.name, new NamespaceFile(net, proc.machine.epoch + proc.machine.now));
  proc.machine.holdNamespace(net);
}

/** Takes a name away (`ip netns delete`). The namespace goes when no process is left in it either. */
export function unnameNamespace(proc: Process, name: string): void {
  const path = `${NETNS_RUN_DIR}/${name}`;
  const inode = lookup(proc, path);
  const at = resolve(proc, path);
  at.parent.remove(at.name);
  if (inode instanceof NamespaceFile) proc.machine.releaseNamespace(inode.net);
}
