import type { NetworkHost } from "./host.ts";

/**
 * A network namespace: devices, addresses, routes, neighbours, sockets, netfilter and sysctls, apart from
 * every other. (The room's owner completes this class; see docs/architecture.md.)
 */
export class NetNamespace {
  readonly host: NetworkHost;
  /** Unique inode-like number, as /proc/PID/ns/net shows it. */
  readonly id: number;
  /** "host" for the initial one; the name in /run/netns otherwise. */
  name: string;

  constructor(host: NetworkHost, id: number, name: string) {
    this.host = host;
    this.id = id;
    this.name = name;
  }
}
