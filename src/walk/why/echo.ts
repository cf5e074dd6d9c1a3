import { inNamespace } from "../memory.ts";
import type { Explain } from "./diagnosis.ts";

/** A ping to a broadcast address, which Linux does not answer by default. icmp_rcv gives no other request this reason. */
export const broadcastEcho: Explain = ({ drop, story }) => {
  if (drop.reason !== "INVALID_PROTO" || !/echo request/.test(story.headers.summary)) return undefined;
  return {
    reason: drop.reason,
    why: `${drop.ns} answers no ping to a broadcast address: net.ipv4.icmp_echo_ignore_broadcasts is 1 there, as it is by default.`,
    cures: [{ command: inNamespace(drop.ns, "sysctl -w net.ipv4.icmp_echo_ignore_broadcasts=0") }],
  };
};

/** A box that was told to answer no ping at all. */
export const noEcho: Explain = ({ drop }) => {
  if (drop.facts?.icmp_echo_ignore_all !== 1) return undefined;
  return {
    reason: drop.reason,
    why: `${drop.ns} answers no ping: net.ipv4.icmp_echo_ignore_all is 1 there.`,
    cures: [{ command: inNamespace(drop.ns, "sysctl -w net.ipv4.icmp_echo_ignore_all=0") }],
  };
};
