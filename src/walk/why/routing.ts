import type { WalkEventOf } from "../event.ts";
import { inNamespace, type LabMemory, networkOf } from "../memory.ts";
import { lastOf, type PacketStory } from "../story.ts";
import type { Cure, Diagnosis, Explain } from "./diagnosis.ts";

/** The reverse path check (RFC 3704, fib_validate_source). */
export const reversePath: Explain = ({ story, drop, lab }) => {
  if (drop.reason !== "IP_RPFILTER") return undefined;
  const check = lastOf(story, "rpfilter");
  const src = check?.src ?? story.headers.src;
  const dev = check?.dev ?? "";
  const mode = check?.mode ?? 0;
  const sysctl = `net.ipv4.conf.${dev}.rp_filter`;
  const cures: Cure[] = [];
  let why: string;
  if (check?.wouldUse) {
    why =
      `${drop.ns} would answer ${src} through ${check.wouldUse}, but the packet came in on ${dev}: the strict ` +
      `reverse path check (${sysctl} = ${mode}, the larger of "all" and "${dev}") drops it.`;
    cures.push({
      command: inNamespace(drop.ns, `sysctl -w net.ipv4.conf.all.rp_filter=2 ${sysctl}=2`),
      note: "accept a source that is reachable through any device (loose)",
    });
  } else {
    why =
      `${drop.ns} has no route back to ${src}, so it could not answer: the ${mode === 2 ? "loose " : ""}reverse path ` +
      `check (rp_filter = ${mode} on ${dev}: the larger of net.ipv4.conf.all and conf.${dev}) drops what comes from there.`;
    cures.push(...returnRoute(story, drop.ns, src, lab));
    cures.push({
      command: inNamespace(drop.ns, `sysctl -w net.ipv4.conf.all.rp_filter=0 ${sysctl}=0`),
      note: "lets it in, but its answer still has no way back",
    });
  }
  return { reason: drop.reason, why, cures };
};

/** Ways to give `ns` an answer path to `src`: a route through the last router, or SNAT on that router. */
function returnRoute(story: PacketStory, ns: string, src: string, lab: LabMemory): Cure[] {
  const router = previousHop(story, ns);
  if (!router) return [];
  const gateway = lab.addressOf(router.ns, router.dev);
  const owner = lab.owner(src);
  if (!gateway || router.ns === owner?.ns) return [];
  return [
    {
      command: inNamespace(ns, `ip route add ${networkOf(src, owner?.prefix ?? 32)} via ${gateway}`),
      note: `a way back, through ${router.ns}`,
    },
    {
      command: inNamespace(
        router.ns,
        `iptables -t nat -A POSTROUTING -o ${router.dev} -j SNAT --to ${gateway}`,
      ),
      note: `or let ${router.ns} put its own address there, which ${ns} can answer`,
    },
  ];
}

/** The namespace and device that the packet left by, just before it came to `ns`. */
function previousHop(story: PacketStory, ns: string): { ns: string; dev: string } | undefined {
  let found: { ns: string; dev: string } | undefined;
  for (const hop of story.hops) {
    if (hop.ns === ns && found) return found;
    for (const step of hop.steps) {
      if (step.event.kind === "transmit" && step.event.dev !== "lo")
        found = { ns: hop.ns, dev: step.event.dev };
    }
  }
  return found;
}

/** ip_forward is 0: the packet is for somebody else, and this box is no router. */
export const notForwarding: Explain = ({ drop, story, lab }) => {
  if (drop.facts?.forwarding !== 0) return undefined;
  const dev = String(drop.facts.dev ?? "");
  const dst = lastOf(story, "route")?.dst ?? story.headers.dst;
  let why = `${dst} is not an address of ${drop.ns}, and ${drop.ns} does not forward: net.ipv4.conf.${dev}.forwarding is 0.`;
  const elsewhere = forwardWrittenElsewhere(lab, drop.ns);
  if (elsewhere) why += ` ${elsewhere}`;
  return {
    reason: drop.reason,
    why,
    cures: [{ command: inNamespace(drop.ns, "sysctl -w net.ipv4.ip_forward=1") }],
  };
};

/** Where ip_forward was switched on instead, if it was: the commonest mistake of namespace labs. */
function forwardWrittenElsewhere(lab: LabMemory, ns: string): string | undefined {
  const own = lab.of(ns);
  const mine = own.sysctls.get("net.ipv4.ip_forward");
  if (mine?.value === "0") return `It was switched off in ${ns} itself.`;
  for (const other of lab.namespaces.values()) {
    if (other.name === ns) continue;
    const written =
      other.sysctls.get("net.ipv4.ip_forward") ?? other.sysctls.get("net.ipv4.conf.all.forwarding");
    if (written?.value !== "1") continue;
    if (other.name === "host" && own.made > 0 && written.seq > own.made) {
      return `It was switched on for the host after ${ns} had been made: a namespace copies the setting when it is made, and never again.`;
    }
    return `It was switched on in ${other.name}, which is another namespace: each has its own setting.`;
  }
  return undefined;
}

/** A packet that arrived somewhere with no route onward. */
export const noRouteOnward: Explain = ({ drop, story, lab }) => {
  if (drop.reason !== "IP_OUTNOROUTES" && drop.reason !== "IP_INNOROUTES") return undefined;
  const route = lastOf(story, "route");
  const dst = route?.dst ?? story.headers.dst;
  if (route && ["blackhole", "prohibit", "unreachable"].includes(route.result) && route.route) {
    return {
      reason: drop.reason,
      why: `The routing table of ${drop.ns} says so: ${route.route.trim()}.`,
      cures: [{ command: inNamespace(drop.ns, `ip route del ${route.route.trim()}`) }],
    };
  }
  return {
    reason: drop.reason,
    why: `${drop.ns} has no route to ${dst}.`,
    cures: routeCure(drop.ns, dst, lab),
  };
};

/** A send that failed before there was a packet. */
export function explainRefused(event: WalkEventOf<"refused">, lab: LabMemory): Diagnosis {
  const { ns, dst } = event;
  switch (event.why) {
    case "no-route":
      return {
        reason: event.errno,
        why: `${ns} has no route to ${dst}: no packet was sent.${loopbackHint(dst, ns, lab)}`,
        cures: isLoopback(dst)
          ? [{ command: inNamespace(ns, "ip link set lo up") }]
          : routeCure(ns, dst, lab),
      };
    case "netfilter":
      return {
        reason: event.errno,
        why: `A rule or policy of ${ns}'s own OUTPUT or POSTROUTING chains dropped it: the program was told "${event.errno}".`,
        cures: [{ command: inNamespace(ns, "iptables -L OUTPUT -n -v --line-numbers"), note: "shows which" }],
      };
    case "device-down":
      return {
        reason: event.errno,
        why: `The device that leads to ${dst} is down in ${ns}: no packet was sent.`,
        cures: [{ command: inNamespace(ns, "ip link"), note: "shows which; then: ip link set DEV up" }],
      };
    case "no-address":
      return {
        reason: event.errno,
        why: `${ns} does not own the source address ${event.src ?? ""}, so it cannot send from it.`,
        cures: [{ command: inNamespace(ns, "ip addr"), note: "shows the addresses that it has" }],
      };
    default:
      return {
        reason: event.errno,
        why: `A route of ${ns} says "${event.why}" for ${dst}: no packet was sent.`,
        cures: [{ command: inNamespace(ns, `ip route get ${dst}`), note: "shows the decision" }],
      };
  }
}

const isLoopback = (address: string): boolean => address.startsWith("127.");

function loopbackHint(dst: string, ns: string, lab: LabMemory): string {
  return isLoopback(dst) && lab.of(ns).up.get("lo") !== true
    ? " lo is down, as it is in every new namespace."
    : "";
}

function routeCure(ns: string, dst: string, lab: LabMemory): Cure[] {
  const gateway = lab.neighbourRouter(ns, dst);
  if (!gateway)
    return [
      { command: inNamespace(ns, "ip route"), note: `shows the routes; one that covers ${dst} is missing` },
    ];
  return [{ command: inNamespace(ns, `ip route add default via ${gateway}`) }];
}
