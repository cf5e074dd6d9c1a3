import { inNamespace } from "../memory.ts";
import { lastOf } from "../story.ts";
import type { Explain } from "./diagnosis.ts";

/** Nobody answered ARP. */
export const noNeighbour: Explain = ({ drop, story, lab }) => {
  if (drop.reason !== "NEIGH_FAILED" && drop.reason !== "NEIGH_QUEUEFULL" && drop.reason !== "NEIGH_DEAD")
    return undefined;
  const neighbour = lastOf(story, "neighbour");
  const address = String(drop.facts?.address ?? neighbour?.address ?? story.headers.dst);
  const dev = String(drop.facts?.dev ?? neighbour?.dev ?? "");
  const owner = lab.owner(address);
  let why = `Nobody on ${drop.ns}'s link ${dev} answered the ARP requests for ${address}.`;
  const cures = [];
  if (!owner) why += " No namespace of the lab has that address.";
  else if (lab.of(owner.ns).up.get(owner.dev) !== true) {
    why += ` ${owner.ns} has it on ${owner.dev}, which is down.`;
    cures.push({ command: inNamespace(owner.ns, `ip link set ${owner.dev} up`) });
  } else why += ` ${owner.ns} has it on ${owner.dev}, which is not on this link.`;
  cures.push({ command: inNamespace(drop.ns, "ip neigh"), note: "shows it as FAILED or INCOMPLETE" });
  return { reason: drop.reason, why, cures };
};

/** A device that is down, or whose other end is. */
export const deviceDown: Explain = ({ drop }) => {
  if (drop.facts?.state !== "down" && drop.reason !== "DEV_READY") return undefined;
  const dev = String(drop.facts?.dev ?? "");
  const peer = drop.facts?.peer ? ` (the other end of ${String(drop.facts.peer)})` : "";
  return {
    reason: drop.reason,
    why: `${dev}${peer} in ${drop.ns} is down: frames that reach it are lost.`,
    cures: [{ command: inNamespace(drop.ns, `ip link set ${dev} up`) }],
  };
};

/** TTL used up. */
export const ttlExceeded: Explain = ({ drop, story }) => {
  if (drop.facts?.ttl === undefined && drop.reason !== "IP_TTL") return undefined;
  return {
    reason: drop.reason,
    why: `Its TTL was used up in ${drop.ns}: it was sent with ${story.headers.ttl ?? "too small a TTL"}, each router takes one, and ${drop.ns} told the sender ("Time to live exceeded").`,
    cures: [
      {
        command: inNamespace(drop.ns, `ip route get ${story.headers.dst}`),
        note: "if it was sent with the usual 64, routers are sending it in a circle: follow their routes",
      },
    ],
  };
};

/** Too big for the next link, and it must not be fragmented. */
export const tooBig: Explain = ({ drop }) => {
  const mtu = drop.facts?.mtu;
  if (mtu === undefined) return undefined;
  const dev = String(drop.facts?.dev ?? "the next link");
  return {
    reason: drop.reason,
    why: `It is ${String(drop.facts?.length ?? "")} bytes long, ${dev} takes ${String(mtu)}, and its DF bit forbids to cut it: ${drop.ns} told the sender ("Frag needed", next-hop MTU ${String(mtu)}).`,
    cures: [
      {
        command: inNamespace(
          drop.ns,
          `iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu`,
        ),
        note: "for TCP whose senders never hear that; a sender that does hear it sends smaller packets by itself",
      },
    ],
  };
};

/** Nobody listens on the port. */
export const portClosed: Explain = ({ drop, story }) => {
  if (drop.reason !== "NO_SOCKET") return undefined;
  const port = drop.facts?.port ?? story.headers.dport;
  const protocol = drop.facts?.protocol ?? story.headers.protocol;
  return {
    reason: drop.reason,
    why: `Nothing in ${drop.ns} listens on ${String(protocol)} port ${String(port)}: the kernel refused it (${protocol === "tcp" ? "RST" : "ICMP port unreachable"}).`,
    cures: [{ command: inNamespace(drop.ns, "ss -tulnp"), note: "shows who listens, and on which address" }],
  };
};
