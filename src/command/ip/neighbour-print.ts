import { SECOND } from "../../base/clock.ts";
import type { Device } from "../../network/device.ts";
import type { NeighbourInfo } from "../../network/neighbours.ts";
import { format as formatMac } from "../../wire/ethernet.ts";
import type { Context } from "./context.ts";
import { formatAddress } from "./inet.ts";

/** An entry of the table, or a proxy entry, which has an address and a device alone. */
export type AnyNeighbour =
  | NeighbourInfo
  | { readonly dev: Device; readonly address: number; readonly proxy: true; readonly state?: undefined };

/** print_neigh, after its filters. `oneDevice`: `dev` was asked for and is not repeated. */
export function printNeighbour(ctx: Context, n: AnyNeighbour, oneDevice: boolean): void {
  const p = ctx.print;
  const s = ctx.settings;
  const brief = s.brief;
  const info = n.state === undefined ? undefined : n;
  const mac = info?.mac && formatMac(info.mac);
  const dst = formatAddress(n.address);
  p.openObject(null);
  if (brief) {
    p.field("dst", "", p.json ? dst : dst.padEnd(39), " ", "inet");
    if (!oneDevice) p.field("dev", "", p.json ? n.dev.name : n.dev.name.padEnd(16), " ", "ifname");
    if (mac !== undefined) p.field("lladdr", "", mac, "", "mac");
    p.plain("\n");
    p.closeObject();
    return;
  }
  p.field("dst", "", dst, " ", "inet");
  if (!oneDevice) {
    p.plain("dev ");
    p.field("dev", "", n.dev.name, " ", "ifname");
  }
  if (mac !== undefined) {
    p.plain("lladdr ");
    p.field("lladdr", "", mac, " ", "mac");
  }
  if (info?.router) p.mark("router", "router ");
  if (n.proxy) p.mark("proxy", "proxy ");
  if (info?.extern) p.mark("extern_learn", "extern_learn ");
  if (info && s.stats > 0) {
    const ago = (time: number) => Math.max(0, Math.floor((n.dev.ns.host.now - time) / SECOND));
    if (info.references > 0) p.field("refcnt", " ref ", info.references, "");
    p.field("used", " used ", ago(info.used), "");
    p.field("confirmed", "/", ago(info.confirmed), "");
    p.field("updated", "/", ago(info.updated), "");
    p.field("probes", "probes ", info.probes, " ");
  }
  if (info && info.state !== "NONE") {
    p.openArray("state");
    p.element("", info.state, " ");
    p.closeArray();
  }
  if (info?.protocol) {
    p.field("protocol", "proto ", ctx.names.protocols.name(info.protocol, s.numeric), " ");
  }
  p.plain("\n");
  p.closeObject();
}
