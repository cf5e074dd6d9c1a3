import type { NetNamespace } from "../../network/namespace.ts";

/** RTM_NEWNSID: gives `other` an id in `net`; negative: the lowest free one. */
export function setNsid(net: NetNamespace, other: NetNamespace, nsid: number): number {
  if (nsid < 0) return net.ids.of(other, true);
  net.ids.set(other, nsid);
  return nsid;
}
