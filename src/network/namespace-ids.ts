import { KernelError } from "../base/errno.ts";
import type { NetNamespace } from "./namespace.ts";

/** The numbers by which one namespace knows others (net->netns_ids). */
export class NamespaceIds {
  private readonly ids = new Map<NetNamespace, number>();

  /**
   * The id by which this namespace knows `other` (RTM_GETNSID, "link-netnsid"); made when `make`. -1: none.
   */
  of(other: NetNamespace, make: boolean): number {
    const known = this.ids.get(other);
    if (known !== undefined) return known;
    if (!make) return -1;
    let id = 0;
    const taken = new Set(this.ids.values());
    while (taken.has(id)) id++;
    this.ids.set(other, id);
    return id;
  }

  /** `ip netns set` (RTM_NEWNSID): gives an id by hand, −1 for any; the id. EEXIST when there is one already
   *  or the id is taken. */
  set(other: NetNamespace, id: number): number {
    if (this.ids.has(other)) throw new KernelError("EEXIST", "Peer netns already has a nsid assigned");
    if (id < 0) return this.of(other, true);
    if ([...this.ids.values()].includes(id)) {
      throw new KernelError("EEXIST", "The specified nsid is already used");
    }
    this.ids.set(other, id);
    return id;
  }

  forget(other: NetNamespace): void {
    this.ids.delete(other);
  }
}
