import * as v from "valibot";

/**
 * The walk: what happened to every packet, one flat record a step, the same from both engines. This file is
 * public API: the schema here is the source of the types, of the JSON Schema and of the reference.
 *
 * Version 1. Additions keep the version; a changed or removed field raises it.
 */
export const WALK_VERSION = 1;

const hook = v.picklist(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);
const table = v.picklist(["raw", "mangle", "nat", "filter", "security"]);
const optional = v.optional;
const text = v.string();
const number = v.number();

/** What a packet's headers said at one moment; only the fields that its protocol has. */
export const headersSchema = v.object({
  /** Outermost protocol above the link. */
  family: v.picklist(["arp", "ipv4", "ipv6", "other"]),
  /** Source and destination: IP addresses, or for ARP sender and target. */
  src: text,
  dst: text,
  /** "icmp", "tcp", "udp", "arp" or the protocol's number. */
  protocol: text,
  sport: optional(number),
  dport: optional(number),
  /** ICMP type and code. */
  type: optional(number),
  code: optional(number),
  /** ICMP echo identifier and sequence. */
  id: optional(number),
  sequence: optional(number),
  /** TCP flags as tcpdump prints them: "S", "S.", "P.", "F.", "R". */
  flags: optional(text),
  ttl: optional(number),
  tos: optional(number),
  /** IP total length, bytes. */
  length: number,
  ipId: optional(number),
  /** "DF", "MF", and the offset of a fragment in bytes: "DF", "MF+1480". */
  fragment: optional(text),
  /** Packet mark, when not 0. */
  mark: optional(number),
  /** One line, as tcpdump prints it, without the time: "ICMP echo request, id 7, seq 1, length 64". */
  summary: text,
});
export type Headers = v.InferOutput<typeof headersSchema>;

const packet = { packet: number };
const step = <K extends string, E extends v.ObjectEntries>(kind: K, entries: E) =>
  v.object({
    /** Order in the run: 1, 2, 3 … */
    seq: number,
    /** Nanoseconds since the machine booted. */
    time: number,
    /** Network namespace; the initial one is "host". */
    ns: text,
    kind: v.literal(kind),
    ...entries,
  });

export const walkEventSchema = v.variant("kind", [
  // ── the lab ──────────────────────────────────────────────────────────────────────────────────────────
  /** A command of the script starts. `command` numbers it; packet events between it and its `command-end`
   *  happened under it (or under what still runs in the background). */
  step("command", {
    command: number,
    /** As it stands in the script. */
    text,
    /** Its words after expansion; absent for a pipeline or group. */
    argv: optional(v.array(text)),
    file: optional(text),
    line: optional(number),
    pid: number,
    background: optional(v.boolean()),
    /** Inside `$(…)`: what it prints is a word of another command. */
    substitution: optional(v.boolean()),
  }),
  step("command-end", { command: number, pid: number, status: number }),
  /** A network namespace came or went. `forward` is what it inherited as net.ipv4.ip_forward. */
  step("netns", { op: v.picklist(["add", "delete"]), name: text, forward: optional(number) }),
  /** A sysctl was written: "net.ipv4.ip_forward". */
  step("sysctl", { key: text, value: text, old: text }),
  /** A device changed: added, deleted, up, down, carrier, renamed, moved here, enslaved. */
  step("link", { dev: text, op: text, detail: optional(text) }),
  step("address", { dev: text, op: v.picklist(["add", "delete"]), address: text }),
  step("route-change", { op: v.picklist(["add", "delete"]), route: text, table: text }),
  /** A ruleset was committed (any of iptables' changes), with the command's own words. */
  step("ruleset", { family: text, table: optional(text), change: text }),
  /** A rule of iptables-legacy, whose rules the kernel does not trace one by one, counted packets under the
   *  command; which of them is not known. `rule` 0 is the chain's policy, and `text` names it. */
  step("counted", { table, chain: text, rule: number, text, packets: number }),
  /** A send that failed before there was a packet: the error that the program got, and why. */
  step("refused", {
    dst: text,
    src: optional(text),
    errno: text,
    why: text,
    process: optional(text),
    facts: optional(v.record(v.string(), v.union([text, number, v.boolean()]))),
  }),

  // ── the packet ───────────────────────────────────────────────────────────────────────────────────────
  /** A packet was made. `parent` is the packet it answers, copies or is a fragment of. */
  step("born", {
    ...packet,
    parent: optional(number),
    /** "socket", "echo-reply", "icmp-error", "arp", "reject", "tcp", "fragment", "reassembled", "clone" … */
    by: text,
    process: optional(text),
    headers: headersSchema,
    /** The bytes from the network header on, hex. */
    bytes: optional(text),
  }),
  /** The frame left through a device (dev_queue_xmit). `bytes` is the whole frame, hex. */
  step("transmit", {
    ...packet,
    dev: text,
    srcMac: optional(text),
    dstMac: optional(text),
    bytes: optional(text),
  }),
  /** The frame came in on a device (netif_receive_skb). */
  step("receive", { ...packet, dev: text, headers: headersSchema, bytes: optional(text) }),
  /** What a bridge did with the frame: "forward" (one port), "flood", "local" (up the bridge device). */
  step("bridge", { ...packet, bridge: text, port: text, action: text, ports: v.array(text) }),
  /** Neighbour resolution: "resolved", "wait" (a request goes out), "failed". */
  step("neighbour", { ...packet, dev: text, address: text, state: text, mac: optional(text) }),
  /** The packet enters a netfilter hook. */
  step("hook", { ...packet, hook, in: optional(text), out: optional(text) }),
  /** A rule was asked. `rule` counts from 1; `failed` is the condition that did not hold. */
  step("rule", {
    ...packet,
    table,
    chain: text,
    rule: number,
    text,
    matched: v.boolean(),
    failed: optional(text),
    verdict: optional(text),
  }),
  /** A table's chain decided: by rule (`chain` and `rule` say which) or by its policy. `asked` counts the
   *  rules that were examined; 0 means an empty chain. */
  step("verdict", {
    ...packet,
    hook,
    table,
    chain: text,
    verdict: text,
    rule: optional(number),
    text: optional(text),
    policy: optional(v.boolean()),
    asked: number,
    /** The rule is one of iptables-legacy. */
    legacy: optional(v.boolean()),
  }),
  /** Conntrack looked the packet up. `entry` is the line of `conntrack -L`. `isNew`: made by this packet. */
  step("conntrack", {
    ...packet,
    state: text,
    isNew: optional(v.boolean()),
    direction: optional(text),
    entry: optional(text),
  }),
  /** The packet's addresses were translated: "src" or "dst"; "192.168.0.2:4000" or an address alone.
   *  `reply`: by the connection's entry, the nat table was not consulted. */
  step("nat", {
    ...packet,
    manip: v.picklist(["src", "dst"]),
    from: text,
    to: text,
    reply: optional(v.boolean()),
  }),
  /** A field was rewritten in place: "ttl", "mark", "tos", "mss". */
  step("change", { ...packet, field: text, from: text, to: text, by: text }),
  /** A routing decision. `result`: "local", "forward", "output", "broadcast", "multicast", or what failed:
   *  "unreachable", "prohibit", "blackhole". `route` is the route as `ip route` prints it. */
  step("route", {
    ...packet,
    dst: text,
    result: text,
    dev: optional(text),
    via: optional(text),
    src: optional(text),
    table: optional(text),
    route: optional(text),
  }),
  /** The reverse path check of fib_validate_source. `mode` 1 strict, 2 loose. */
  step("rpfilter", {
    ...packet,
    ok: v.boolean(),
    mode: number,
    dev: text,
    src: text,
    wouldUse: optional(text),
  }),
  /** Handed to a socket or to a protocol of the kernel: "socket", "icmp", "arp", "tcp". */
  step("deliver", { ...packet, to: text, process: optional(text), port: optional(number) }),
  /** A line that the packet caused in the kernel log. */
  step("log", { ...packet, line: text }),
  /** The packet's end. `reason` is the kernel's name (enum skb_drop_reason without its prefix). `where`: "hook PREROUTING", "device veth0", … */
  step("drop", {
    ...packet,
    reason: text,
    where: text,
    facts: optional(v.record(v.string(), v.union([text, number, v.boolean()]))),
  }),
  /** The packet's end without fault: "delivered", "consumed", "stolen by REJECT", "queued". */
  step("end", { ...packet, how: text }),
  /** The packet met something that the engine does not model. Its walk stops being the kernel's here. */
  step("not-modelled", { packet: optional(number), what: text }),
]);

export type WalkEvent = v.InferOutput<typeof walkEventSchema>;
export type WalkKind = WalkEvent["kind"];
/** An event of one kind. */
export type WalkEventOf<K extends WalkKind> = Extract<WalkEvent, { kind: K }>;

type Unstamped<E> = E extends unknown ? Omit<E, "seq" | "time" | "ns"> : never;
/** An event as its emitter makes it; the sink stamps order, time and namespace. */
export type WalkStep = Unstamped<WalkEvent>;

/**
 * Where steps go. Emitters hold `WalkSink | null` and build nothing when it is null:
 * `if (walk !== null) walk.emit(ns, { kind: … })`.
 */
export interface WalkSink {
  emit(ns: string, step: WalkStep): void;
}
