import type { Headers, WalkEvent, WalkEventOf } from "../../walk/event.ts";
import { eventsOf, type PacketStory } from "../../walk/story.ts";

export interface FieldChange {
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

/** A packet at one moment of its walk: where it is, what its headers say, what was decided in this stay. */
export interface Moment {
  readonly story: PacketStory;
  /** Its events up to the moment. */
  readonly past: readonly WalkEvent[];
  /** The namespace it is in, and its events there up to the moment. */
  readonly ns: string;
  readonly stay: readonly WalkEvent[];
  /** All its events in this stay, also those to come: what is drawn faintly. */
  readonly whole: readonly WalkEvent[];
  readonly headers: Headers;
  /** Changes since it was made or received here; the last step's are marked. */
  readonly changes: readonly FieldChange[];
  readonly fresh: ReadonlySet<string>;
  /** Its bytes as hex, where it was last seen whole, and where it was before that. */
  readonly bytes: string | undefined;
  readonly bytesBefore: string | undefined;
  readonly conntrack: WalkEventOf<"conntrack"> | undefined;
  readonly nat: readonly WalkEventOf<"nat">[];
  readonly last: WalkEvent;
}

/** What is known of a packet after the event of order `seq`. */
export function momentOf(story: PacketStory, seq: number): Moment | undefined {
  const all = [...eventsOf(story)].sort((a, b) => a.seq - b.seq);
  const past = all.filter((e) => e.seq <= seq);
  const last = past.at(-1);
  if (!last) return undefined;
  let from = past.length - 1;
  while (from > 0 && past[from].ns === past[from - 1].ns && past[from].kind !== "receive") from--;
  const stay = past.slice(from);
  let to = past.length;
  while (to < all.length && all[to].ns === last.ns && all[to].kind !== "receive") to++;
  const changes: FieldChange[] = [];
  let headers: Headers = story.headers;
  let bytes: string | undefined;
  let bytesBefore: string | undefined;
  let fresh = new Set<string>();
  for (const event of past) {
    if (event.kind === "receive" || event.kind === "born") {
      headers = {
        ...event.headers,
        ...(headers.mark !== undefined && event.kind === "born" ? { mark: headers.mark } : {}),
      };
      if (event.seq >= stay[0].seq) fresh = new Set();
    }
    if ("bytes" in event && event.bytes !== undefined) {
      bytesBefore = bytes;
      bytes = event.bytes;
    }
    const change = changeOf(event, headers);
    if (!change) continue;
    headers = apply(headers, event, change);
    if (event.seq >= stay[0].seq) {
      changes.push(change);
      fresh.add(change.field);
    }
  }
  const of = <K extends WalkEvent["kind"]>(kind: K) =>
    stay.filter((e): e is WalkEventOf<K> => e.kind === kind);
  return {
    story,
    past,
    ns: last.ns,
    stay,
    whole: all.slice(from, to),
    headers,
    changes,
    fresh,
    bytes,
    bytesBefore,
    conntrack: of("conntrack").at(-1),
    nat: of("nat"),
    last,
  };
}

function changeOf(event: WalkEvent, headers: Headers): FieldChange | undefined {
  if (event.kind === "change") return { field: event.field, from: event.from, to: event.to, by: event.by };
  if (event.kind !== "nat") return undefined;
  const by = event.reply ? "conntrack's entry" : event.manip === "src" ? "SNAT" : "DNAT";
  const from = event.manip === "src" ? headers.src : headers.dst;
  const [address, port] = event.to.split(":");
  const field = from === address && port !== undefined ? `${event.manip}-port` : event.manip;
  return { field, from: event.from, to: event.to, by };
}

function apply(headers: Headers, event: WalkEvent, change: FieldChange): Headers {
  if (event.kind === "nat") {
    const [address, port] = event.to.split(":");
    const withPort =
      port === undefined ? {} : event.manip === "src" ? { sport: Number(port) } : { dport: Number(port) };
    return { ...headers, ...(event.manip === "src" ? { src: address } : { dst: address }), ...withPort };
  }
  switch (change.field) {
    case "ttl":
      return { ...headers, ttl: Number(change.to) };
    case "mark":
      return { ...headers, mark: Number(change.to) };
    case "tos":
      return { ...headers, tos: Number(change.to) };
    default:
      return headers;
  }
}

/** The drop that an event is. The kernel counts a RST that did its work as one too; for people it has arrived. */
export function deathOf(event: WalkEvent | undefined): WalkEventOf<"drop"> | undefined {
  return event?.kind === "drop" && event.reason !== "TCP_RESET" ? event : undefined;
}

/** "accepted", "died: IP_RPFILTER" … as the walk's list says it. */
export function fate(story: PacketStory): { word: string; kind: "good" | "died" | "open" } {
  const { ending } = story;
  switch (ending.kind) {
    case "dropped":
      if (!deathOf(ending.event)) return { word: "ends the connection", kind: "good" };
      return { word: ending.event.reason, kind: "died" };
    case "not-modelled":
      return { word: "not modelled", kind: "died" };
    case "done": {
      const { event } = ending;
      if (event.kind === "deliver")
        return { word: `delivered to ${event.process ?? event.to}`, kind: "good" };
      return { word: event.kind === "end" ? event.how : "delivered", kind: "good" };
    }
    default:
      return { word: "on its way", kind: "open" };
  }
}

/** "172.16.100.5:4000 → 172.16.200.5:80". */
export function ends(h: Headers): string {
  const end = (address: string, port: number | undefined) =>
    port === undefined ? address : `${address}:${port}`;
  return `${end(h.src, h.sport)} → ${end(h.dst, h.dport)}`;
}

/** "ICMP echo request", "TCP [S]", "ARP who has 10.0.0.1": a packet's kind in few words. */
export function title(h: Headers): string {
  if (h.family === "arp") return h.type === 2 ? `ARP ${h.src} is here` : `ARP who has ${h.dst}`;
  if (h.protocol === "tcp") return `TCP ${flagWords(h.flags ?? "")}`;
  const text = h.summary.replace(/^IP6? \S+ > \S+: /, "");
  if (h.protocol === "icmp") return text.replace(/, id \d+.*$/, "").replace(/, length \d+$/, "");
  if (h.protocol === "udp") return "UDP";
  return text;
}

const FLAGS: Record<string, string> = { S: "SYN", F: "FIN", R: "RST", P: "PSH", ".": "ACK", U: "URG" };

function flagWords(flags: string): string {
  return [...flags].map((f) => FLAGS[f] ?? f).join("+") || "segment";
}

/** One step in one line, for lists and screen readers. */
export function sentence(event: WalkEvent): string {
  switch (event.kind) {
    case "born":
      return `made by ${event.process ?? event.by}`;
    case "transmit":
      return `out ${event.dev}`;
    case "receive":
      return `in ${event.dev}`;
    case "bridge":
      return `${event.bridge}: ${event.action} ${event.ports.join(", ")}`;
    case "neighbour":
      return event.state === "wait"
        ? `asks who has ${event.address}`
        : `${event.address}: ${event.state} ${event.mac ?? ""}`;
    case "hook":
      return event.hook;
    case "rule":
      return `${event.table} ${event.chain} ${event.rule}: ${event.matched ? "matched" : `no: ${event.failed ?? "did not match"}`}`;
    case "verdict":
      return `${event.table} ${event.chain}: ${event.policy ? "policy " : ""}${event.verdict}`;
    case "conntrack":
      return `conntrack ${event.state}`;
    case "nat":
      return `${event.manip === "src" ? "source" : "destination"} ${event.from} → ${event.to}`;
    case "change":
      return `${event.field} ${event.from} → ${event.to}`;
    case "route":
      return `route: ${event.result}${event.via ? ` via ${event.via}` : ""}${event.dev ? ` dev ${event.dev}` : ""}`;
    case "rpfilter":
      return event.ok ? "reverse path check passed" : "reverse path check failed";
    case "deliver":
      return `delivered to ${event.process ?? event.to}${event.port === undefined ? "" : ` port ${event.port}`}`;
    case "log":
      return "LOG";
    case "drop":
      return deathOf(event) ? `died: ${event.reason}` : "the reset ends the connection";
    case "end":
      return event.how;
    case "refused":
      return `nothing sent to ${event.dst}: ${event.errno}`;
    case "command":
      return `$ ${event.text}`;
    case "command-end":
      return `status ${event.status}`;
    default:
      return event.kind;
  }
}

/** Simulated time for reading: "1.204 531 s". */
export function clock(ns: number): string {
  return `${(ns / 1e9).toFixed(6)} s`;
}
