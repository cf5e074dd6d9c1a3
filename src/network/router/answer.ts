import { SECOND } from "../../base/clock.ts";
import { KernelError } from "../../base/errno.ts";
import type { Flow4, Route, RouteType } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";
import { probePacket } from "../probe.ts";
import type { RouteAnswer, RouteEntry } from "../routes.ts";

/** inet_rtm_getroute */
export function routeAnswer(ns: NetNamespace, flow: Flow4): RouteAnswer {
  if (flow.iif !== undefined && flow.iif !== 0) return inputAnswer(ns, flow);
  const route = ns.router.output(flow);
  const entry: RouteEntry | null = ns.router.entry;
  const flags: string[] = [];
  // __mkroute_output: RTCF_LOCAL for whatever leaves by lo.
  if (route.type === "local" || (route.type === "unicast" && route.dev.isLoopback)) flags.push("local");
  if (route.type === "broadcast") flags.push("local", "brd");
  if (route.type === "multicast") {
    if (ns.inGroup(route.dev, flow.dst)) flags.push("local");
    flags.push("mc");
  }
  const e = route.exception;
  if (e && e.gateway !== 0) flags.push("redirected");
  const metrics = { ...(entry?.metrics ?? {}) };
  if (e && e.pmtu !== 0) metrics.mtu = route.mtu;
  if (e?.locked) metrics.lock = ["mtu"];
  return {
    route,
    type: route.type,
    dst: flow.dst,
    from: flow.src ?? 0,
    src: flow.src !== undefined && flow.src !== 0 ? flow.src : route.src,
    via: route.usesGateway ? route.gateway : 0,
    dev: route.dev,
    iif: null,
    table: answerTable(ns, entry),
    mark: flow.mark ?? 0,
    tos: flow.tos ?? 0,
    uid: flow.uid ?? 0,
    cacheFlags: flags,
    expires: e && e.expires !== 0 ? Math.floor((e.expires - ns.host.now) / SECOND) : undefined,
    metrics,
    entry,
  };
}

/** Until a rule is added, local and main are one trie, and every answer is main's. */
function answerTable(ns: NetNamespace, entry: RouteEntry | null): number {
  return ns.rules.custom ? (entry?.table ?? 254) : 254;
}

function inputAnswer(ns: NetNamespace, flow: Flow4): RouteAnswer {
  const dev = ns.links.byIndex(flow.iif ?? 0);
  if (!dev) throw new KernelError("ENODEV");
  const pkt = probePacket(flow);
  const r = ns.router.ask(pkt, flow.src ?? 0, flow.dst, flow.tos ?? 0, dev);
  if (r.kind === "error") throw new KernelError(r.error === "EHOSTUNREACH" ? "EHOSTUNREACH" : r.error);
  if (r.kind === "drop") throw new KernelError(r.reason === "IP_RPFILTER" ? "EXDEV" : "EINVAL");
  const route = r.route as Route;
  return {
    route,
    type: r.kind === "forward" ? "unicast" : (r.kind as RouteType),
    dst: flow.dst,
    from: flow.src ?? 0,
    src: 0,
    via: route.usesGateway ? route.gateway : 0,
    dev: route.dev,
    iif: dev,
    table: answerTable(ns, r.entry),
    mark: flow.mark ?? 0,
    tos: flow.tos ?? 0,
    uid: 0,
    cacheFlags:
      r.kind === "local"
        ? ["local"]
        : r.kind === "broadcast"
          ? ["local", "brd"]
          : r.redirect
            ? ["redirect"]
            : [],
    expires: undefined,
    metrics: r.entry?.metrics ?? {},
    entry: r.entry,
  };
}
