import type { WalkEventOf } from "../event.ts";
import { inNamespace, type LabMemory } from "../memory.ts";
import { eventsOf, lastOf, type PacketStory } from "../story.ts";
import type { Cure, Death, Diagnosis, Explain } from "./diagnosis.ts";
import { smaller } from "./routing.ts";

/** Nobody answered ARP. */
export const noNeighbour: Explain = ({ drop, story, lab, packets }) => {
  if (drop.reason !== "NEIGH_FAILED" && drop.reason !== "NEIGH_QUEUEFULL" && drop.reason !== "NEIGH_DEAD")
    return undefined;
  const neighbour = lastOf(story, "neighbour");
  const address = String(drop.facts?.address ?? neighbour?.address ?? story.headers.dst);
  const dev = String(drop.facts?.dev ?? neighbour?.dev ?? "");
  return { reason: drop.reason, ...unanswered(drop.ns, dev, address, lab, packets) };
};

/** Nobody answered, or has answered so far. */
export function unanswered(
  ns: string,
  dev: string,
  address: string,
  lab: LabMemory,
  packets: ReadonlyMap<number, PacketStory>,
): Omit<Diagnosis, "reason"> {
  const owner = lab.owner(address);
  const cures: Cure[] = [];
  let why = `Nobody on ${ns}'s link ${dev} answers its ARP requests for ${address}.`;
  if (!owner) {
    const there = lab.neighbours(ns, address).slice(0, 4);
    why += " No namespace of the lab has that address.";
    if (there.length > 0) why += ` On that link: ${there.map((n) => `${n.address} (${n.ns})`).join(", ")}.`;
  } else if (lab.of(owner.ns).up.get(owner.dev) !== true) {
    why += ` ${owner.ns} has it on ${owner.dev}, which is down.`;
    cures.push({ command: inNamespace(owner.ns, `ip link set ${owner.dev} up`) });
  } else {
    const lost = lostRequest(ns, address, packets);
    why += ` ${owner.ns} has it on ${owner.dev}`;
    const asked = requests(ns, address, packets);
    const came = asked.some((story) => story.hops.some((hop) => hop.ns === owner.ns));
    if (lost) why += `, but the request was lost in ${lost.ns}, ${lost.where}.`;
    else if (came) why += `: the request came there, and ${owner.ns} does not answer.`;
    else why += `, but the request never came there.${bridgeWords(asked)}`;
    const bridge = lost && /^bridge (\S+)$/.exec(lost.where)?.[1];
    if (lost && bridge && lab.of(lost.ns).up.get(bridge) !== true) {
      why += ` ${bridge} is down.`;
      cures.push({ command: inNamespace(lost.ns, `ip link set ${bridge} up`) });
    } else if (lost?.facts?.state === "down" && lost.facts.dev) {
      why += ` ${String(lost.facts.dev)} is down.`;
      cures.push({ command: inNamespace(lost.ns, `ip link set ${String(lost.facts.dev)} up`) });
    }
  }
  cures.push({ command: inNamespace(ns, "ip neigh"), note: "shows it as FAILED or INCOMPLETE", look: true });
  return { why, cures };
}

/** The requests of `ns` for `address`, and the copies that bridges made of them. */
function requests(ns: string, address: string, packets: ReadonlyMap<number, PacketStory>): PacketStory[] {
  const found: PacketStory[] = [];
  const ids = new Set<number>();
  for (const story of packets.values()) {
    if (story.headers.family !== "arp" || story.headers.dst !== address) continue;
    if (story.hops[0]?.ns !== ns && !ids.has(story.parent)) continue;
    ids.add(story.id);
    found.push(story);
  }
  return found;
}

/** What the last bridge on its way did with a request. */
function bridgeWords(stories: readonly PacketStory[]): string {
  let words = "";
  for (const story of stories) {
    for (const event of eventsOf(story)) {
      if (event.kind === "bridge")
        words = ` ${event.bridge} in ${event.ns} sent it out of ${event.ports.join(", ") || "no port"} only.`;
    }
  }
  return words;
}

/** Where a request for `address` died on its way, if it did. */
function lostRequest(
  ns: string,
  address: string,
  packets: ReadonlyMap<number, PacketStory>,
): WalkEventOf<"drop"> | undefined {
  let lost: WalkEventOf<"drop"> | undefined;
  for (const { ending } of requests(ns, address, packets)) if (ending.kind === "dropped") lost = ending.event;
  return lost;
}

/** A device that is down, or whose other end is. */
export const deviceDown: Explain = ({ drop }) => {
  if (drop.facts?.state !== "down" && drop.reason !== "DEV_READY") return undefined;
  const dev = String(drop.facts?.dev ?? "");
  const peer = drop.facts?.peer ? ` (the other end of ${String(drop.facts.peer)})` : "";
  const own = dev === "lo" ? ` What ${drop.ns} sends to its own addresses goes through lo.` : "";
  return {
    reason: drop.reason,
    why: `${dev}${peer} in ${drop.ns} is down: frames that reach it are lost.${own}`,
    cures: [{ command: inNamespace(drop.ns, `ip link set ${dev} up`) }],
  };
};

/** TTL used up: by a circle of routers, or too small from the start. */
export const ttlExceeded: Explain = (death) => {
  const { drop, story, lab } = death;
  if (drop.facts?.ttl === undefined && drop.reason !== "IP_TTL") return undefined;
  const { dst, ttl } = story.headers;
  const circle = circleOf(death);
  if (circle) {
    const routes = circle.map((route) => `${route.ns} by "${route.route}"`).join(", ");
    const cures: Cure[] = [];
    if (lab.owner(dst)) {
      for (const { ns, via } of circle) {
        const right = lab.gateway(ns, dst);
        if (right && right !== via)
          cures.push({
            command: inNamespace(ns, `ip route replace ${dst} via ${right}`),
            note: "the way to it",
          });
      }
    }
    cures.push({
      command: inNamespace(drop.ns, `ip route get ${dst}`),
      note: "shows the decision",
      look: true,
    });
    return {
      reason: drop.reason,
      why:
        `It went in a circle until its TTL (${ttl ?? "?"}) was used up: ${routes} send it round.` +
        (lab.owner(dst) ? "" : ` No namespace of the lab has ${dst}.`),
      cures,
    };
  }
  const sender = story.hops[0]?.ns ?? drop.ns;
  const told = `Each router takes one, and ${drop.ns} told the sender ("Time to live exceeded")`;
  if (/^(traceroute|tracepath|mtr)/.test(story.process ?? "")) {
    return {
      reason: drop.reason,
      why: `${story.process} sent it with TTL ${ttl ?? "?"} to learn who is so many hops away. ${told}: it is ${drop.ns}.`,
      cures: [],
    };
  }
  const cures: Cure[] = [];
  const key = "net.ipv4.ip_default_ttl";
  if (Number(lab.of(sender).sysctls.get(key)?.value) === ttl)
    cures.push({ command: inNamespace(sender, `sysctl -w ${key}=64`) });
  else if (story.process === "ping")
    cures.push({ command: inNamespace(sender, `ping -c 1 -t 64 ${dst}`), note: "with the usual TTL" });
  return {
    reason: drop.reason,
    why: `${sender} sent it with TTL ${ttl ?? "?"}, too small for the way to ${dst}. ${told}.`,
    cures,
  };
};

/** The namespaces that sent it round, with the routes that did. */
function circleOf({ story }: Death): { ns: string; route: string; via: string | undefined }[] | undefined {
  const routes: { ns: string; route: string; via: string | undefined }[] = [];
  for (const event of eventsOf(story)) {
    if (event.kind !== "route" || event.result !== "forward") continue;
    const before = routes.findIndex((route) => route.ns === event.ns);
    if (before >= 0) return routes.slice(before);
    routes.push({ ns: event.ns, route: event.route?.trim() ?? `dev ${event.dev ?? "?"}`, via: event.via });
  }
  return undefined;
}

/** Too big for the next link, and it must not be fragmented. */
export const tooBig: Explain = ({ drop, story }) => {
  const mtu = drop.facts?.mtu;
  if (mtu === undefined) return undefined;
  const dev = String(drop.facts?.dev ?? "the next link");
  if (drop.where.startsWith("bridge ")) {
    return {
      reason: drop.reason,
      why: `It is ${String(drop.facts?.length ?? "")} bytes long and ${dev}, the port that it is to leave by, takes ${String(mtu)}: a bridge cuts nothing and tells nobody.`,
      cures: [{ command: inNamespace(drop.ns, `ip link set ${dev} mtu ${String(drop.facts?.length)}`) }],
    };
  }
  if (drop.facts?.peer !== undefined) {
    const { peer, length } = drop.facts;
    const ns = String(drop.facts.peerNs);
    return {
      reason: drop.reason,
      why: `It is ${String(length)} bytes long, and ${String(peer)}${ns === drop.ns ? "" : ` in ${ns}`}, the other end of ${dev}, takes ${String(mtu)}: the frame is lost, and nobody is told. The two ends of a cable must have the same MTU.`,
      cures: [
        { command: inNamespace(ns, `ip link set ${String(peer)} mtu ${String(length)}`) },
        {
          command: inNamespace(drop.ns, `ip link set ${dev} mtu ${String(mtu)}`),
          note: "what is sent is cut to fit",
        },
      ],
    };
  }
  const cures = smaller(
    story.hops[0]?.ns ?? drop.ns,
    story.process,
    story.headers.dst,
    Number(mtu),
    Number(drop.facts?.length),
  );
  if (story.headers.protocol === "tcp") {
    cures.push({
      command: inNamespace(
        drop.ns,
        "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
      ),
      note: "where senders do not hear that: new connections agree on segments that fit",
    });
  }
  return {
    reason: drop.reason,
    why: `It is ${String(drop.facts?.length ?? "")} bytes long, ${dev} takes ${String(mtu)}, and its DF bit forbids to cut it: ${drop.ns} told the sender ("Frag needed", next-hop MTU ${String(mtu)}).`,
    cures,
  };
};
