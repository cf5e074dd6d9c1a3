import { inNamespace } from "../memory.ts";
import { lastOf } from "../story.ts";
import type { Explain } from "./diagnosis.ts";

/** Nobody listens on the port. */
export const portClosed: Explain = ({ drop, story }) => {
  if (drop.reason !== "NO_SOCKET") return undefined;
  const port = drop.facts?.port ?? story.headers.dport;
  const protocol = drop.facts?.protocol ?? story.headers.protocol;
  if (protocol === "tcp" && story.headers.flags?.includes("R")) {
    const reader = lastOf(story, "deliver")?.process;
    return {
      reason: drop.reason,
      why:
        `${drop.ns} has no TCP connection that this RST could end, so TCP drops it silently.` +
        (reader ? ` ${reader}, which reads packets itself, has seen it.` : ""),
      cures: [],
    };
  }
  if (/^(traceroute|tracepath)/.test(story.process ?? "")) {
    return {
      reason: drop.reason,
      why: `${story.process} aims at a port where nobody listens: ${drop.ns} refuses it, and the answer says that the way ends here.`,
      cures: [],
    };
  }
  const told = protocol === "tcp" ? "RST" : "ICMP port unreachable";
  return {
    reason: drop.reason,
    why: `Nothing in ${drop.ns} listens on ${String(protocol)} port ${String(port)} at ${story.headers.dst}: the kernel refused it and told the sender (${told}).`,
    cures: [
      {
        command: inNamespace(drop.ns, "ss -tulnp"),
        note: "shows who listens, and on which address",
        look: true,
      },
    ],
  };
};

/** What TCP, UDP and the IP layer throw away, in words; reasons that need no more than the kernel's name of them. */
const WORDS: Record<string, string> = {
  TCP_FLAGS: "belongs to no connection there and is no SYN that could begin one: TCP answers with a RST",
  TCP_OLD_DATA: "carries only bytes that had come before: a repeat, which TCP acknowledges once more",
  TCP_OLD_SEQUENCE: "carries only bytes that had come before: a repeat, which TCP acknowledges once more",
  TCP_INVALID_SEQUENCE: "has a sequence number outside the receive window",
  TCP_INVALID_ACK_SEQUENCE: "acknowledges bytes that were never sent",
  TCP_ACK_UNSENT_DATA: "acknowledges bytes that were never sent",
  TCP_TOO_OLD_ACK: "acknowledges bytes that were acknowledged long ago",
  TCP_ZEROWINDOW: "came while the receiver's window was closed: its program reads too slowly",
  TCP_LISTEN_OVERFLOW:
    "came while the listener's queue of new connections was full: its program accepts too slowly",
  TCP_INVALID_SYN: "is a SYN inside a connection, which RFC 5961 answers with a challenge",
  TCP_ABORT_ON_DATA: "brought data to a connection that its program has closed: TCP answers with a RST",
  TCP_OFOMERGE: "was out of order, and its bytes had come before",
  TCP_CSUM: "has a wrong TCP checksum",
  UDP_CSUM: "has a wrong UDP checksum",
  ICMP_CSUM: "has a wrong ICMP checksum",
  IP_CSUM: "has a wrong IP header checksum",
  IP_INHDR: "has an IP header that cannot be right",
  PKT_TOO_SMALL: "is shorter than its headers say",
  IP_NOPROTO: "is of a protocol that nothing there speaks",
  SOCKET_RCVBUFF: "found the socket's receive buffer full: its program reads too slowly",
  IP_INVALID_SOURCE: "has a source address that nobody may have on a wire (a martian)",
  IP_LOCAL_SOURCE: "came in with an address of the box itself as its source (a martian)",
  IP_LOCALNET: "has a loopback address on a wire (a martian); net.ipv4.conf.*.route_localnet would let it in",
  IP_INVALID_DEST: "has a destination that no packet may have there (a martian)",
  UNHANDLED_PROTO: "is of an Ethernet type that nothing there speaks",
  FRAG_REASM_TIMEOUT: "is a fragment whose others did not come in time",
  DUP_FRAG: "is a fragment that had come before",
  BRIDGE_INGRESS_STP_STATE: "came in by a bridge port that is not forwarding",
  NO_TX_TARGET: "has no other port to leave the bridge by",
  MAC_INVALID_SOURCE: "has a group address as its source MAC",
  OTHERHOST: "is addressed to another's MAC: the sender's neighbour entry (ip neigh) names a wrong one",
  CPU_BACKLOG: "found the backlog full (net.core.netdev_max_backlog)",
};

/** The rest: what the receiving protocol threw away. */
export const thrownAway: Explain = ({ drop }) => {
  const words = WORDS[drop.reason];
  return words === undefined
    ? undefined
    : { reason: drop.reason, why: `It ${words} (${drop.where} in ${drop.ns}).`, cures: [] };
};
