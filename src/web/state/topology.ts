import { groupBy } from "./group.ts";
import type { Session } from "./session.ts";

export interface Device {
  readonly ns: string;
  readonly name: string;
  readonly index: number;
  /** "veth", "bridge", "dummy", "loopback" … */
  readonly kind: string;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mac: string;
  readonly mtu: number;
  /** "10.0.0.1/24" */
  readonly addresses: readonly string[];
  /** Bridge that it is a port of. */
  readonly master: string | undefined;
  /** The other end of a veth pair: its index, and the number or name by which this namespace knows the other one. */
  readonly peerIndex: number | undefined;
  readonly peerName: string | undefined;
  readonly peerNetns: number | undefined;
}

export interface Box {
  readonly ns: string;
  readonly devices: readonly Device[];
  readonly forwards: boolean;
  /** Rules, and policies that drop. */
  readonly rules: number;
  readonly listening: readonly number[];
}

export interface Cable {
  readonly from: Device;
  readonly to: Device;
}

export interface Topology {
  readonly boxes: readonly Box[];
  readonly cables: readonly Cable[];
}

interface LinkJson {
  ifindex: number;
  ifname: string;
  flags: string[];
  mtu: number;
  master?: string;
  address?: string;
  link_index?: number;
  link?: string;
  link_netnsid?: number;
  linkinfo?: { info_kind?: string };
  link_type?: string;
  addr_info?: { family: string; local: string; prefixlen: number }[];
}

export const HOST = "host";

/** In a lab of more boxes than this, only those are looked at again in which something happened. */
const MANY = 60;
const lastRead = new WeakMap<Session, { boxes: readonly Box[]; upTo: number }>();

/** Boxes of the last look in which nothing happened since, but for packets. */
function unchanged(session: Session): Map<string, Box> {
  const last = lastRead.get(session);
  if (!last) return new Map();
  const known = new Map(last.boxes.map((b) => [b.ns, b]));
  for (const event of session.events.slice(last.upTo)) {
    if ("packet" in event) continue;
    known.delete(event.kind === "netns" ? event.name : event.ns);
    // A command may act on any box that it names.
    if (event.kind === "command")
      for (const word of event.argv ?? event.text.split(/\s+/)) known.delete(word);
  }
  return known;
}

/** Reads the lab's shape by commands that only look, so that any engine can answer. */
export async function readTopology(session: Session, at?: number): Promise<Topology | null> {
  const upTo = session.events.length;
  const { stdout, status } = await session.query(["ip", "-j", "netns"], undefined, at);
  if (status !== 0) return null;
  const names = (json(stdout) as { name: string }[]).map((n) => n.name).reverse();
  const fresh = at === undefined && names.length > MANY ? unchanged(session) : new Map<string, Box>();
  const boxes = await Promise.all([HOST, ...names].map((ns) => fresh.get(ns) ?? readBox(session, ns, at)));
  if (at === undefined) lastRead.set(session, { boxes, upTo });
  return { boxes, cables: await pairUp(boxes, (ns) => readIds(session, ns, at)) };
}

/** Namespaces by the number that this one knows them by. */
async function readIds(session: Session, ns: string, at: number | undefined): Promise<Map<number, string>> {
  const { stdout } = await session.query(["ip", "-j", "netns", "list-id"], ns, at);
  return new Map(
    (json(stdout) as { nsid?: number; name?: string }[]).flatMap(({ nsid, name }) =>
      nsid === undefined || name === undefined
        ? []
        : // iproute2 writes "(iproute2 netns name: boxA)" there, in JSON too.
          [[nsid, name.replace(/^\(iproute2 netns name: (.*)\)$/, "$1")] as const],
    ),
  );
}

async function readBox(session: Session, ns: string, at: number | undefined): Promise<Box> {
  const ask = async (...argv: string[]) => (await session.query(argv, ns, at)).stdout;
  const [addr, forward, rules, sockets] = await Promise.all([
    ask("ip", "-j", "-d", "addr"),
    ask("sysctl", "-n", "net.ipv4.ip_forward"),
    ask("iptables-save"),
    ask("ss", "-Htuln"),
  ]);
  return {
    ns,
    devices: (json(addr) as LinkJson[]).map((link) => device(ns, link)),
    forwards: forward.trim() === "1",
    rules: rules.match(/^-A |^:\S+ DROP/gm)?.length ?? 0,
    listening: ports(sockets),
  };
}

function json(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text.trim() || "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function device(ns: string, link: LinkJson): Device {
  return {
    ns,
    name: link.ifname,
    index: link.ifindex,
    kind: link.linkinfo?.info_kind ?? (link.link_type === "loopback" ? "loopback" : "other"),
    up: link.flags.includes("UP"),
    carrier: link.flags.includes("LOWER_UP"),
    mac: link.address ?? "",
    mtu: link.mtu,
    addresses: (link.addr_info ?? [])
      .filter((a) => a.family === "inet")
      .map((a) => `${a.local}/${a.prefixlen}`),
    master: link.master,
    peerIndex: link.link_index,
    peerName: link.link,
    peerNetns: link.link_netnsid,
  };
}

function ports(ss: string): number[] {
  const found = ss
    .split("\n")
    .map((line) => /:(\d+)\s/.exec(line)?.[1])
    .filter((p) => p !== undefined)
    .map(Number);
  return [...new Set(found)].sort((a, b) => a - b);
}

/**
 * Veth ends name each other's index, and, where they can, each other's namespace; a pair is two that agree. Namespaces
 * are asked for only where indexes alone leave a choice.
 */
async function pairUp(
  boxes: readonly Box[],
  idsOf: (ns: string) => Promise<ReadonlyMap<number, string>>,
): Promise<Cable[]> {
  const ends = boxes.flatMap((b) => b.devices.filter((d) => d.kind === "veth" && d.peerIndex !== undefined));
  const byPair = groupBy(ends, (d) => `${d.index} ${d.peerIndex}`);
  const candidates = (a: Device): readonly Device[] =>
    (byPair.get(`${a.peerIndex} ${a.index}`) ?? []).filter((b) => b !== a && mayBe(a, b) && mayBe(b, a));
  const unclear = new Set(
    ends.filter((a) => candidates(a).length > 1).flatMap((a) => [a, ...candidates(a)].map((d) => d.ns)),
  );
  const ids = new Map(await Promise.all([...unclear].map(async (ns) => [ns, await idsOf(ns)] as const)));
  const knows = (a: Device, b: Device): boolean => {
    const name = a.peerNetns === undefined ? undefined : ids.get(a.ns)?.get(a.peerNetns);
    return name === undefined || name === b.ns;
  };
  const cables: Cable[] = [];
  const taken = new Set<Device>();
  for (const a of ends) {
    if (taken.has(a)) continue;
    const b = candidates(a).find((d) => !taken.has(d) && knows(a, d) && knows(d, a));
    if (!b) continue;
    taken.add(a).add(b);
    cables.push({ from: a, to: b });
  }
  return cables;
}

/** What one end says of where the other is: beside it, or in another namespace. */
function mayBe(a: Device, b: Device): boolean {
  if (a.peerName !== undefined) return a.ns === b.ns && a.peerName === b.name;
  return a.peerNetns === undefined || a.ns !== b.ns;
}
