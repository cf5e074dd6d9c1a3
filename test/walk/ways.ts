import type { WalkEvent } from "../../src/walk/event.ts";

/**
 * What both engines must tell of a run in the same way, made comparable: each packet's way as one text, without what
 * two right runs may differ in or the kernel cannot tell. Left out, and why:
 *
 * - rules that did not match, and how many were asked: the kernel's trace names those that matched;
 * - NEW where the packet died: a connection that is not confirmed makes no event;
 * - neighbours, the reverse path check that passed, the route's text, the way on of what dies in ip_forward: no event of the kernel's tells them;
 * - ARP, and how often a way was gone: they follow from time (a delayed ACK more or less);
 * - ports that the system chose, MAC addresses, identifiers: chance.
 */
export function waysOf(events: readonly WalkEvent[]): string[] {
  const ways = new Map<number, string[]>();
  const left = new Set<number>();
  for (const event of events) {
    if (!("packet" in event) || event.packet === undefined) continue;
    if (event.kind === "born" && event.headers.family !== "ipv4") left.add(event.packet);
    const way = ways.get(event.packet) ?? [];
    ways.set(event.packet, way);
    const line = lineOf(event);
    if (line !== undefined) way.push(`${event.ns} ${line}`);
    const unconfirmed = event.kind === "drop" ? way.indexOf(`${event.ns} ${NEW}`) : -1;
    if (unconfirmed >= 0) way.splice(unconfirmed, 1);
  }
  const texts = [...ways].filter(([packet]) => !left.has(packet)).map(([, way]) => way.join("\n"));
  return [...new Set(texts)].sort();
}

/** Deaths and refusals in order, which chance has no part in. */
export function endsOf(events: readonly WalkEvent[]): string[] {
  const arp = new Set<number>();
  return events.flatMap((event) => {
    if (event.kind === "born" && event.headers.family !== "ipv4") arp.add(event.packet);
    if (event.kind === "refused") return [`${event.ns} refused ${event.dst} ${event.errno} ${event.why}`];
    return event.kind === "drop" && !arp.has(event.packet) ? [`${event.ns} ${event.reason}`] : [];
  });
}

const NEW = "  NEW original";
const chosen = (address: string): string => address.replace(/:(3[2-9]|[45]\d|60)\d{3}$/, ":N");

function lineOf(event: WalkEvent): string | undefined {
  switch (event.kind) {
    case "born": {
      const { src, dst, protocol, type, code } = event.headers;
      return `born ${src} > ${dst} ${protocol}${type === undefined ? "" : ` ${type}/${code}`}`;
    }
    case "receive":
    case "transmit":
      return `${event.kind} ${event.dev}`;
    case "hook":
      return `${event.hook} ${event.in ?? ""} > ${event.out ?? ""}`;
    case "rule":
      return event.matched ? `  ${event.table} ${event.chain} ${event.rule}: ${event.text}` : undefined;
    case "verdict":
      return `  ${event.table} ${event.chain} ${event.policy ? "policy " : ""}${event.verdict}`;
    case "conntrack":
      return `  ${event.state} ${event.direction ?? ""}`;
    case "nat":
      return `${event.manip} ${chosen(event.from)} > ${chosen(event.to)}${event.reply ? " (reply)" : ""}`;
    case "change":
      return event.field === "ttl" ? `ttl ${event.from} > ${event.to}` : undefined;
    case "route":
      return `route ${event.result} ${event.result === "output" ? (event.dev ?? "") : ""}`;
    case "drop":
      return `drop ${event.reason}`;
    default:
      return undefined;
  }
}
