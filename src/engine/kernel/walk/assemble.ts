import type { Headers, WalkStep } from "../../../walk/event.ts";
import { describe } from "../../../wire/headers.ts";
import type { Frame } from "./capture.ts";
import type { KernelDrop } from "./drops.ts";
import { dropperAt } from "./legacy.ts";
import type { LogLines } from "./log-lines.ts";
import type { WatchedNamespace } from "./namespace.ts";
import type { TracedHeaders } from "./nft-trace.ts";
import { address, groupTraces, type Step, type TraceGroup } from "./trace-group.ts";

/** An event with its time, ns since 1970, before order is given to it. */
export interface Timed {
  readonly time: bigint;
  readonly ns: string;
  readonly step: WalkStep;
}

interface Seen {
  readonly frame: Frame;
  readonly dev: string;
  readonly headers: Headers;
}

/** A packet's time in one namespace: it comes in (or is made), goes through netfilter, leaves (or not). */
interface Stay {
  readonly ns: string;
  readonly in: Seen[];
  readonly out: Seen[];
  trace: TraceGroup | undefined;
  drop: KernelDrop | undefined;
}

interface Packet {
  readonly key: string;
  readonly id: number;
  readonly stays: Stay[];
  /** How many of them have been told. */
  told: number;
  last: bigint;
}

/** A packet that is seen again later than this is another one. */
const SAME = 3_000_000_000n;
/** A drop belongs to the frame that was seen this close to what the trace event saw. */
const NEAR = 300_000n;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;

/**
 * Joins what was seen of packets by captures, rule traces and drop events into walks. A packet keeps its
 * identity across devices, namespaces and NAT by what none of them changes: the IP id, the protocol, the length
 * and what follows the ports.
 */
export class Assembler {
  private readonly packets = new Map<string, Packet>();
  private next = 0;
  /** Echo requests by "dst src id seq", to name what an answer answers. */
  private readonly requests = new Map<string, number>();
  private readonly replied = new Map<string, number>();
  private readonly logs: LogLines | undefined;

  /** `logs`: where LOG lines come. */
  constructor(logs?: LogLines) {
    this.logs = logs;
  }

  /** Events of all that was seen since the last time; `drops` is undefined where nobody watched for them. */
  take(all: Iterable<WatchedNamespace>, drops: readonly KernelDrop[] | undefined): Timed[] {
    const touched = new Set<Packet>();
    const spaces = new Map([...all].map((ns) => [ns.name, ns]));
    const frames = [...spaces.values()].flatMap((ns) =>
      ns.frames.splice(0).map((frame) => this.see(ns, frame)),
    );
    frames.sort((a, b) => (a.frame.time < b.frame.time ? -1 : a.frame.time > b.frame.time ? 1 : 0));
    this.packets.forEach((packet, key) => {
      if (frames.length > 0 && frames[0].frame.time - packet.last > SAME) this.packets.delete(key);
    });
    for (const seen of frames) {
      if (seen.headers.family === "ipv4" || seen.headers.family === "arp") touched.add(this.place(seen));
    }
    const now = frames.at(-1)?.frame.time ?? 0n;
    for (const ns of spaces.values()) {
      for (const group of groupTraces(ns, ns.traces.splice(0))) {
        const packet = this.attach(group, touched, now);
        if (packet) touched.add(packet);
      }
    }
    for (const drop of drops ?? []) attachDrop(drop, touched);
    for (const packet of touched) noteReplies(packet, spaces);
    const events: Timed[] = [];
    for (const packet of touched) events.push(...this.tell(packet, spaces, drops !== undefined));
    // Array.sort is stable: what has the same time stays in its packet's order.
    return events.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  }

  private see(ns: WatchedNamespace, frame: Frame): Seen {
    const { bytes, ethertype, ifindex } = frame;
    const headers = describe(bytes, 0, bytes.length, ethertype);
    return { frame, dev: ns.nameOf(ifindex), headers };
  }

  private place(seen: Seen): Packet {
    const { frame } = seen;
    const key = keyOf(seen);
    let packet = this.packets.get(key);
    const last = packet?.stays.at(-1);
    // It is made anew where something already left the very way, and nothing brought it back.
    const again =
      last && last.ns === frame.ns && frame.direction === "out" && last.out.some((o) => o.dev === seen.dev);
    if (!packet || again || frame.time - packet.last > SAME) packet = this.begin(key);
    packet.last = frame.time;
    let stay = packet.stays.at(-1);
    const left = stay !== undefined && stay.out.length > 0;
    if (
      !stay ||
      packet.told === packet.stays.length ||
      stay.ns !== frame.ns ||
      (frame.direction === "in" && left)
    ) {
      stay = { ns: frame.ns, in: [], out: [], trace: undefined, drop: undefined };
      packet.stays.push(stay);
    }
    stay[frame.direction].push(seen);
    return packet;
  }

  private begin(key: string): Packet {
    const packet: Packet = { key, id: ++this.next, stays: [], told: 0, last: 0n };
    this.packets.set(key, packet);
    return packet;
  }

  /** Finds the stay that a trace tells of; a packet that no device saw is made for it. */
  private attach(group: TraceGroup, touched: ReadonlySet<Packet>, now: bigint): Packet | undefined {
    const { first, last } = group;
    for (const packet of touched) {
      for (const stay of packet.stays.slice(packet.told)) {
        if (stay.ns !== group.ns || stay.trace) continue;
        const came = stay.in.find((s) => s.dev === first.iif) ?? stay.in[0];
        const fits =
          group.hooks[0] === "PREROUTING"
            ? came !== undefined && matches(first, came.headers)
            : stay.in.length === 0 && stay.out[0] !== undefined && matches(last, stay.out[0].headers, true);
        if (!fits) continue;
        stay.trace = group;
        return packet;
      }
    }
    const looped =
      group.hooks[0] === "OUTPUT" && last.oif === "lo" ? this.loopback(group, touched) : undefined;
    if (looped) return looped;
    if (group.hooks[0] === "PREROUTING" || group.dropped === undefined) return undefined;
    const packet = this.begin(`traced ${this.next}`);
    packet.stays.push({ ns: group.ns, in: [], out: [], trace: group, drop: undefined });
    packet.last = now;
    return packet;
  }

  /** libpcap shows a packet on lo once, as it comes in: what happened before goes before that. */
  private loopback(group: TraceGroup, touched: ReadonlySet<Packet>): Packet | undefined {
    for (const packet of touched) {
      const came = packet.stays[0]?.in[0];
      if (packet.told > 0 || came?.dev !== "lo" || packet.stays[0].ns !== group.ns) continue;
      if (!matches(group.last, came.headers, true)) continue;
      packet.stays.unshift({ ns: group.ns, in: [], out: [], trace: group, drop: undefined });
      return packet;
    }
    return undefined;
  }

  private tell(packet: Packet, spaces: ReadonlyMap<string, WatchedNamespace>, drops: boolean): Timed[] {
    const events: Timed[] = [];
    let time = 0n;
    const say = (ns: string, step: Step): void => {
      events.push({ time, ns, step: { packet: packet.id, ...step } as WalkStep });
    };
    packet.stays.forEach((stay, i) => {
      if (i < packet.told) return;
      const space = spaces.get(stay.ns);
      const at = stay.in[0] ?? stay.out[0] ?? packet.stays[i + 1]?.in[0];
      time = at?.frame.time ?? packet.last;
      if (i === 0 && stay.in.length === 0) say(stay.ns, this.born(packet, stay));
      for (const seen of stay.in) {
        time = seen.frame.time;
        say(stay.ns, { kind: "receive", dev: seen.dev, headers: seen.headers });
      }
      const routed = this.route(stay) ?? [];
      let untold = connectionState(stay, space);
      const tellState = () => {
        if (untold) say(stay.ns, untold);
        untold = undefined;
      };
      let hook: Extract<Step, { kind: "hook" }> | undefined;
      for (const step of stay.trace?.steps ?? []) {
        // Conntrack's hooks (priority -200) stand between raw (-300) and the other tables.
        const isRaw = (step.kind === "rule" || step.kind === "verdict") && step.table === "raw";
        const isFirst = step.kind === "hook" && step.hook === stay.trace?.hooks[0];
        if (!isFirst && !isRaw) tellState();
        // What is made here has its route before its first hook; what came in, behind PREROUTING.
        if (step.kind === "hook" && step.hook !== "PREROUTING")
          for (const r of routed.splice(0)) say(stay.ns, r);
        say(stay.ns, step);
        if (step.kind === "hook") hook = step;
        if (step.kind !== "rule" || step.verdict !== "LOG" || !hook || !stay.trace) continue;
        const line = this.logs?.take(step, hook, stay.trace.first.ipId);
        if (line !== undefined) say(stay.ns, { kind: "log", line });
      }
      if (!stay.trace?.dropped) tellState();
      for (const r of routed) say(stay.ns, r);
      this.translation(stay, space?.hasLegacy === true, say);
      if (stay.trace?.dropped) {
        const { hook, facts } = stay.trace.dropped;
        say(stay.ns, { kind: "drop", reason: "NETFILTER_DROP", where: `hook ${hook}`, facts });
      }
      for (const seen of stay.out) {
        if (seen.frame.time > time) time = seen.frame.time;
        say(stay.ns, { kind: "transmit", dev: seen.dev, srcMac: seen.frame.srcMac });
      }
      if (i === packet.stays.length - 1 && space && !stay.trace?.dropped) this.end(stay, space, drops, say);
    });
    packet.told = packet.stays.length;
    return events;
  }

  private born(packet: Packet, stay: Stay): Step {
    const first = stay.trace?.first;
    const seen = stay.out[0]?.headers;
    const headers = seen === undefined && first ? fromTrace(first) : { ...(seen as Headers) };
    // As its sender made it: a device sees it behind the rewriting.
    if (seen && first) {
      headers.src = first.src;
      headers.dst = first.dst;
      if (first.sport !== undefined) headers.sport = first.sport;
      if (first.dport !== undefined) headers.dport = first.dport;
    }
    if (headers.family === "arp") return { kind: "born", by: "arp", headers };
    const echo = `${headers.id} ${headers.sequence}`;
    if (headers.protocol === "icmp" && headers.type === 8) {
      this.requests.set(echo, packet.id);
      return { kind: "born", by: "socket", headers };
    }
    const parent = headers.protocol === "icmp" && headers.type === 0 ? this.requests.get(echo) : undefined;
    if (parent !== undefined) return { kind: "born", by: "echo-reply", parent, headers };
    if (headers.protocol === "icmp" && headers.type !== 0) return { kind: "born", by: "icmp-error", headers };
    const flow = [
      address(headers.dst, headers.dport),
      address(headers.src, headers.sport),
      headers.protocol,
    ].join(" ");
    const answered = this.replied.get(flow);
    this.replied.set(
      [address(headers.src, headers.sport), address(headers.dst, headers.dport), headers.protocol].join(" "),
      packet.id,
    );
    const by = headers.protocol === "tcp" ? "tcp" : "socket";
    return { kind: "born", by, ...(answered === undefined ? {} : { parent: answered }), headers };
  }

  /** The routing decision, told by where the packet went: nothing where it went nowhere. */
  private route(stay: Stay): Step[] | undefined {
    const hooks = stay.trace?.hooks ?? [];
    const out = stay.out[0];
    const came = stay.in[0];
    const headers = (out ?? came)?.headers;
    if (!came && !out && stay.trace?.last.oif === "lo")
      return [{ kind: "route", dst: stay.trace.last.dst, result: "output", dev: "lo" }];
    if (headers?.family !== "ipv4") return undefined;
    const dst = stay.trace?.last.dst ?? headers.dst;
    if (came && hooks.includes("INPUT")) return [{ kind: "route", dst, result: "local" }];
    const forwarded = hooks.includes("FORWARD") || stay.drop?.place === "ip_forward";
    if (came && (forwarded || (out && ttl(out) < ttl(came)))) {
      const dev = out?.dev ?? stay.trace?.last.oif;
      const steps: Step[] = [
        { kind: "route", dst, result: "forward", ...(dev === undefined ? {} : { dev }) },
      ];
      const [from, to] = [ttl(came), out ? ttl(out) : (stay.trace?.last.ttl ?? ttl(came))];
      if (to < from)
        steps.push({ kind: "change", field: "ttl", from: String(from), to: String(to), by: "forwarding" });
      return steps;
    }
    if (came) return undefined;
    const dev = stay.trace?.first.oif ?? out?.dev;
    return [
      {
        kind: "route",
        dst: stay.trace?.first.dst ?? dst,
        result: "output",
        ...(dev === undefined ? {} : { dev }),
      },
    ];
  }

  /** What the last hook's rewriting made of it: seen on the device that it left by. */
  private translation(stay: Stay, unknown: boolean, say: (ns: string, step: Step) => void): void {
    const out = stay.out[0];
    const before = stay.trace?.last;
    if (!out || !before) return;
    const consulted = stay.trace?.steps.some(
      (s) => s.kind === "verdict" && s.table === "nat" && s.chain === "POSTROUTING",
    );
    const from = address(before.src, before.sport);
    const to = address(out.headers.src, out.headers.sport);
    if (from !== to)
      say(stay.ns, { kind: "nat", manip: "src", from, to, ...(consulted || unknown ? {} : { reply: true }) });
  }

  private end(
    stay: Stay,
    space: WatchedNamespace,
    drops: boolean,
    say: (ns: string, step: Step) => void,
  ): void {
    const came = stay.in[0];
    if (stay.drop) {
      this.death(stay, stay.drop, space, say);
      return;
    }
    if (!came || stay.out.length > 0) return;
    const { headers } = came;
    if (headers.family === "arp") {
      say(stay.ns, { kind: "end", how: "arp" });
      return;
    }
    const local = stay.trace?.hooks.includes("INPUT");
    if (local && drops) {
      const port = headers.dport === undefined ? {} : { port: headers.dport };
      const to = headers.protocol === "icmp" ? "icmp" : "socket";
      say(stay.ns, { kind: "deliver", to, ...port });
    } else if (local) say(stay.ns, { kind: "end", how: "taken in" });
  }

  private death(
    stay: Stay,
    drop: KernelDrop,
    space: WatchedNamespace,
    say: (ns: string, step: Step) => void,
  ): void {
    const { reason, place } = drop;
    const headers = (stay.in[0] ?? stay.out[0])?.headers;
    const dev = (stay.in[0] ?? stay.out[0])?.dev ?? "";
    const sysctl = (key: string) => Number(space.snapshot.sysctls.get(`net.ipv4.conf.${key}`) ?? 0);
    if (reason === "IP_RPFILTER" && headers) {
      const mode = Math.max(sysctl("all.rp_filter"), sysctl(`${dev}.rp_filter`));
      say(stay.ns, { kind: "rpfilter", ok: false, mode, dev, src: headers.src });
    }
    const facts: Record<string, string | number> = {};
    if (reason === "IP_INADDRERRORS" && sysctl(`${dev}.forwarding`) === 0)
      Object.assign(facts, { forwarding: 0, dev });
    if (reason === "NEIGH_FAILED") facts.dev = stay.out[0]?.dev ?? dev;
    const hook = stay.trace?.hooks.at(-1);
    const dropper = reason === "NETFILTER_DROP" && hook ? dropperAt(hook, space.counted) : undefined;
    if (!hook || !dropper) {
      say(stay.ns, { kind: "drop", reason, where: place, facts });
      return;
    }
    const { table, chain, rule, text } = dropper;
    const reject = / -j REJECT --reject-with (\S+)/.exec(` ${text}`)?.[1];
    if (reject !== undefined) facts.reject = reject;
    const verdict = reject === undefined ? "DROP" : "REJECT";
    const by = rule === 0 ? { policy: true } : { rule, text };
    say(stay.ns, { kind: "verdict", hook, table, chain, verdict, ...by, asked: rule, legacy: true });
    say(stay.ns, { kind: "drop", reason, where: `hook ${hook}`, facts });
  }
}

/** Notes for each connection when its first answer came by. */
function noteReplies(packet: Packet, spaces: ReadonlyMap<string, WatchedNamespace>): void {
  for (const stay of packet.stays.slice(packet.told)) {
    const place = stay.trace && spaces.get(stay.ns)?.connections.find(stay.trace.first);
    const time = (stay.in[0] ?? stay.out[0])?.frame.time;
    if (place?.direction !== "reply" || time === undefined) continue;
    const { connection } = place;
    if (connection.repliedAt === undefined || time < connection.repliedAt) connection.repliedAt = time;
  }
}

/** What conntrack made of it: an answer, or a packet after the first answer, is ESTABLISHED (nf_conntrack_in). */
function connectionState(stay: Stay, space: WatchedNamespace | undefined): Step | undefined {
  const place = stay.trace && space?.connections.find(stay.trace.first);
  if (!place) return undefined;
  const { connection, direction } = place;
  const time = (stay.in[0] ?? stay.out[0])?.frame.time ?? 0n;
  const answered = connection.repliedAt !== undefined && connection.repliedAt < time;
  const state = direction === "reply" || answered ? "ESTABLISHED" : "NEW";
  return { kind: "conntrack", state, direction, entry: connection.entry };
}

const ttl = (seen: Seen): number => seen.headers.ttl ?? 0;

/** What stays the same on the packet's whole way. */
function keyOf({ frame, headers }: Seen): string {
  const { bytes, ethertype } = frame;
  if (ethertype === ETHERTYPE_ARP) return `arp ${Buffer.from(bytes.subarray(0, 28)).toString("hex")}`;
  if (ethertype !== ETHERTYPE_IPV4)
    return `${ethertype} ${Buffer.from(bytes.subarray(0, 64)).toString("hex")}`;
  const start = (bytes[0] & 15) * 4;
  // Behind the ports and, for TCP, from the sequence number to the window: the checksums differ behind NAT.
  const rest =
    headers.protocol === "tcp"
      ? bytes.subarray(start + 4, start + 16)
      : headers.protocol === "udp"
        ? bytes.subarray(start + 8, start + 40)
        : headers.protocol === "icmp"
          ? Buffer.concat([bytes.subarray(start, start + 2), bytes.subarray(start + 6, start + 24)])
          : bytes.subarray(start, start + 32);
  return `${headers.ipId} ${headers.protocol} ${headers.length} ${headers.fragment ?? ""} ${Buffer.from(rest).toString("hex")}`;
}

/** Whether a trace's headers are those of a frame; `rewritten`: addresses may have been, behind the last hook. */
function matches(t: TracedHeaders, h: Headers, rewritten = false): boolean {
  if (t.ipId !== h.ipId || t.length !== h.length) return false;
  if (
    t.icmpType !== undefined &&
    (t.icmpType !== h.type || (t.sequence ?? 0) !== (h.sequence ?? t.sequence ?? 0))
  )
    return false;
  if (t.dst !== h.dst || (t.dport !== undefined && t.dport !== h.dport)) return false;
  return rewritten || (t.src === h.src && (t.sport === undefined || t.sport === h.sport));
}

function fromTrace(t: TracedHeaders): Headers {
  const protocol = t.protocol ?? "ip";
  const h: Headers = {
    family: "ipv4",
    src: t.src,
    dst: t.dst,
    protocol,
    length: t.length,
    ttl: t.ttl,
    ipId: t.ipId,
    summary: "",
  };
  if (t.sport !== undefined) h.sport = t.sport;
  if (t.dport !== undefined) h.dport = t.dport;
  if (t.icmpType !== undefined) h.type = t.icmpType;
  if (t.icmpId !== undefined) h.id = t.icmpId;
  if (t.sequence !== undefined) h.sequence = t.sequence;
  const names: Record<number, string> = { 0: "echo reply", 8: "echo request" };
  h.summary =
    protocol === "icmp"
      ? `ICMP ${names[t.icmpType ?? -1] ?? `type ${t.icmpType}`}, id ${t.icmpId}, seq ${t.sequence}`
      : protocol.toUpperCase();
  return h;
}

/** A drop is a packet's when the device event before it is that of the packet's last frame. */
function attachDrop(drop: KernelDrop, packets: ReadonlySet<Packet>): void {
  const { seen } = drop;
  // A raw socket (ping as root) got its copy before; sockets that close let go of what they hold.
  if (drop.place === "ping_rcv" || drop.reason === "QUEUE_PURGE" || drop.reason.startsWith("SOCKET_CLOSE"))
    return;
  if (!seen) return;
  let best: Stay | undefined;
  let distance = NEAR;
  for (const packet of packets) {
    const stay = packet.stays.at(-1);
    const frame = stay?.[seen.direction].at(-1);
    if (!stay || !frame || frame.dev !== seen.dev || (seen.direction === "in" && stay.out.length > 0))
      continue;
    const away = frame.frame.time > seen.time ? frame.frame.time - seen.time : seen.time - frame.frame.time;
    if (away < distance) {
      distance = away;
      best = stay;
    }
  }
  if (best && !best.drop && !best.trace?.dropped) best.drop = drop;
}
