import type { WalkEventOf } from "../event.ts";
import { inNamespace, inSubnet, type LabMemory, networkOf } from "../memory.ts";
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
      note: `lets ${router.ns} put its own address there, which ${ns} can answer`,
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
  const route = lastOf(story, "route");
  const refused = route && ["blackhole", "prohibit", "unreachable", "throw"].includes(route.result);
  if (drop.reason !== "IP_OUTNOROUTES" && drop.reason !== "IP_INNOROUTES" && !refused) return undefined;
  const dst = route?.dst ?? story.headers.dst;
  if (refused && route.route) {
    const text = route.route.trim();
    const [, where] = /^\S+ (\S+)/.exec(text) ?? [];
    return {
      reason: drop.reason,
      why: `A route of ${drop.ns} forbids it: "${text}". ${MEANING[route.result] ?? ""}`.trim(),
      cures: [
        {
          command: inNamespace(drop.ns, `ip route del ${route.result} ${where}`),
          note: "takes that route out",
        },
      ],
    };
  }
  return {
    reason: drop.reason,
    ...noRoute(drop.ns, dst, lab, previousHop(story, drop.ns)?.ns),
  };
};

const MEANING: Record<string, string> = {
  blackhole: "blackhole drops without a word to the sender.",
  prohibit: 'The sender is told "Packet filtered".',
  unreachable: 'The sender is told "Destination Host Unreachable".',
};

/** A send that failed before there was a packet. */
export function explainRefused(event: WalkEventOf<"refused">, lab: LabMemory): Diagnosis {
  const { ns, dst } = event;
  const reason = event.errno;
  switch (event.why) {
    case "no-route": {
      const { why, cures } = noRoute(ns, dst, lab, undefined);
      return { reason, why: `${why} No packet was sent.`, cures };
    }
    case "netfilter":
      return {
        reason,
        why: `A rule or policy of ${ns}'s own OUTPUT or POSTROUTING chains dropped it: the program was told "${event.errno}".`,
        cures: [
          {
            command: inNamespace(ns, "iptables -L OUTPUT -n -v --line-numbers"),
            note: "shows which",
            look: true,
          },
        ],
      };
    case "device-down":
      return { reason, ...downDevice(ns, dst, lab) };
    case "too-big":
      return { reason, ...tooBigHere(event) };
    case "no-address":
      return {
        reason,
        why: `${ns} does not own the source address ${event.src ?? ""}, so it cannot send from it.`,
        cures: [{ command: inNamespace(ns, "ip addr"), note: "shows the addresses that it has", look: true }],
      };
    default:
      return {
        reason,
        why: `A route of ${ns} says "${event.why}" for ${dst}: no packet was sent.`,
        cures: [
          { command: inNamespace(ns, `ip route get ${dst}`), note: "shows the decision", look: true },
          {
            command: inNamespace(ns, "ip route"),
            note: "shows the route: take it out with ip route del",
            look: true,
          },
        ],
      };
  }
}

type Explanation = Omit<Diagnosis, "reason">;

/** No route covers `dst`: because a device is down, or because nobody added one. `from` is where it came from. */
function noRoute(ns: string, dst: string, lab: LabMemory, from: string | undefined): Explanation {
  const own = lab.of(ns);
  if (isLoopback(dst)) return downDevice(ns, dst, lab);
  const direct = lab.deviceTo(ns, dst);
  if (direct !== undefined && own.up.get(direct) === false) {
    return {
      why: `${ns} has no route to ${dst}: ${direct}, whose link it is on, is down.`,
      cures: [{ command: inNamespace(ns, `ip link set ${direct} up`) }],
    };
  }
  for (const [dev, routes] of own.lost) {
    const gone = routes.filter((route) => covers(route, dst));
    if (gone.length === 0 || own.up.get(dev) !== false) continue;
    return {
      why: `${ns} has no route to ${dst}: "${gone[0]}" went when ${dev} went down, and does not come back by itself.`,
      cures: [
        {
          command: [`ip link set ${dev} up`, ...gone.map((route) => `ip route add ${route}`)]
            .map((words) => inNamespace(ns, words))
            .join(" && "),
        },
      ],
    };
  }
  const gateway = lab.gateway(ns, dst, from);
  const why = `${ns} has no route to ${dst}.`;
  if (gateway === undefined) {
    return {
      why: lab.owner(dst)
        ? why
        : `${why} No namespace of the lab has that address, and the lab has no way out to the real network.`,
      cures: [
        {
          command: inNamespace(ns, "ip route"),
          note: `shows the routes; one that covers ${dst} is missing`,
          look: true,
        },
      ],
    };
  }
  const dev = lab.deviceTo(ns, gateway);
  const isDown = dev !== undefined && own.up.get(dev) === false;
  const add = inNamespace(ns, `ip route add default via ${gateway}`);
  return {
    why: isDown ? `${why} ${dev}, which leads to the router ${gateway}, is down.` : why,
    cures: [{ command: isDown ? `${inNamespace(ns, `ip link set ${dev} up`)} && ${add}` : add }],
  };
}

/** A device that is down where a send would leave: lo, for what a box sends to itself. */
function downDevice(ns: string, dst: string, lab: LabMemory): Explanation {
  const toItself = isLoopback(dst) || lab.owner(dst)?.ns === ns;
  if (toItself) {
    const why = isLoopback(dst) ? "" : ` What ${ns} sends to its own addresses goes through lo.`;
    return {
      why: `lo is down in ${ns}, as it is in every new namespace.${why} No packet was sent.`,
      cures: [{ command: inNamespace(ns, "ip link set lo up") }],
    };
  }
  const dev = lab.deviceTo(ns, dst);
  return {
    why: `${dev ?? `The device that leads to ${dst}`} is down in ${ns}: no packet was sent.`,
    cures: dev
      ? [{ command: inNamespace(ns, `ip link set ${dev} up`) }]
      : [{ command: inNamespace(ns, "ip link"), note: "shows which; then: ip link set DEV up", look: true }],
  };
}

/** A datagram with DF that is larger than the way's first link, or than what an earlier "Frag needed" said. */
function tooBigHere(event: WalkEventOf<"refused">): Explanation {
  const { mtu, length } = event.facts ?? {};
  if (event.process === "tracepath") {
    return {
      why: `tracepath tried ${String(length)} bytes on purpose: the refusal tells it that the first link takes ${String(mtu)}.`,
      cures: [],
    };
  }
  return {
    why: `It would be ${String(length)} bytes long, the way to ${event.dst} takes ${String(mtu)}, and DF forbids to cut it: "Message too long". No packet was sent.`,
    cures: smaller(event.ns, event.process, event.dst, Number(mtu), Number(length)),
  };
}

/** What a sender can do about an MTU. */
export function smaller(
  ns: string,
  process: string | undefined,
  dst: string,
  mtu: number,
  length: number,
): Cure[] {
  return process === "ping"
    ? [
        {
          command: inNamespace(ns, `ping -c 1 -M do -s ${mtu - 28} ${dst}`),
          note: `the largest that fits: ${mtu} less 20 bytes of IP header and 8 of ICMP`,
        },
        {
          command: inNamespace(ns, `ping -c 1 -M dont -s ${length - 28} ${dst}`),
          note: "without DF: routers may cut it",
        },
      ]
    : [];
}

const isLoopback = (address: string): boolean => address.startsWith("127.");

/** Whether a route, as ip prints it, is one for `dst`. */
function covers(route: string, dst: string): boolean {
  const [where] = route.split(" ");
  return where === "default" || where === dst || (where.includes("/") && inSubnet(dst, where));
}
