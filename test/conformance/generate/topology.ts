import fc from "fast-check";

export interface Port {
  readonly dev: string;
  /** With prefix length. */
  readonly address: string;
  readonly ip: string;
  readonly mac: string;
  /** Ports on one link share its number. */
  readonly link: number;
}

/** A host or router, and what a command may say about it. */
export interface Box {
  readonly name: string;
  readonly router: boolean;
  readonly devices: readonly Port[];
}

export interface Topology {
  readonly kind: string;
  readonly boxes: readonly Box[];
  /** Lines of `ip -batch`: those that make devices, then those of each box. */
  readonly links: readonly string[];
  readonly inside: ReadonlyMap<string, readonly string[]>;
}

/** All ports but this one on its link. */
export function neighboursOf(topology: Topology, port: Port): Port[] {
  return topology.boxes.flatMap((b) => b.devices).filter((d) => d.link === port.link && d !== port);
}

class Builder {
  private readonly boxes = new Map<string, { name: string; router: boolean; devices: Port[] }>();
  private readonly links: string[] = [];
  private readonly inside = new Map<string, string[]>();
  private cables = 0;

  box(name: string, router = false): void {
    this.boxes.set(name, { name, router, devices: [] });
    this.inside.set(name, []);
  }

  /** MAC addresses are given, so that crafted frames can name them. */
  private mac(): string {
    const n = [...this.boxes.values()].reduce((sum, b) => sum + b.devices.length, 1);
    return `02:00:00:00:00:${n.toString(16).padStart(2, "0")}`;
  }

  private port(box: string, dev: string, address: string, link: number): string {
    const mac = this.mac();
    this.boxes.get(box)?.devices.push({ dev, address, ip: address.split("/")[0], mac, link });
    this.add(box, `addr add ${address} dev ${dev}`, `link set ${dev} up`);
    return mac;
  }

  /** A veth pair between two boxes with addresses. */
  link(a: string, addressA: string, b: string, addressB: string): void {
    const n = this.cables++;
    const [devA, devB] = [`${a}v${n}`, `${b}v${n}`];
    const macA = this.port(a, devA, addressA, n);
    const macB = this.port(b, devB, addressB, n);
    this.links.push(
      `link add ${devA} address ${macA} netns ${a} type veth peer name ${devB} address ${macB} netns ${b}`,
    );
  }

  /** A host on a bridge: its port there is p1, p2 … */
  plug(host: string, address: string, bridge: string, n: number): void {
    const mac = this.port(host, `${host}e0`, address, 100);
    this.links.push(
      `link add ${host}e0 address ${mac} netns ${host} type veth peer name p${n} address 02:00:00:00:01:0${n} netns ${bridge}`,
    );
    this.add(bridge, `link set p${n} master br0`, `link set p${n} up`);
  }

  add(box: string, ...commands: string[]): void {
    this.inside.get(box)?.push(...commands);
  }

  done(kind: string): Topology {
    return { kind, boxes: [...this.boxes.values()], links: this.links, inside: this.inside };
  }
}

/** a – b. */
function pair(): Topology {
  const t = new Builder();
  t.box("a");
  t.box("b");
  t.link("a", "10.0.1.1/24", "b", "10.0.1.2/24");
  return t.done("pair");
}

/** a – r1 – … – rN – b, with routes both ways. */
function chain(routers: number): Topology {
  const t = new Builder();
  const names = ["a", ...Array.from({ length: routers }, (_, i) => `r${i + 1}`), "b"];
  for (const name of names) t.box(name, name.startsWith("r"));
  for (let i = 0; i + 1 < names.length; i++) {
    t.link(names[i], `10.0.${i + 1}.1/24`, names[i + 1], `10.0.${i + 1}.2/24`);
  }
  t.add("a", "route add default via 10.0.1.2");
  t.add("b", `route add default via 10.0.${routers + 1}.1`);
  for (let i = 1; i <= routers; i++) {
    for (let net = 1; net <= routers + 1; net++) {
      if (net < i) t.add(`r${i}`, `route add 10.0.${net}.0/24 via 10.0.${i}.1`);
      if (net > i + 1) t.add(`r${i}`, `route add 10.0.${net}.0/24 via 10.0.${i + 1}.2`);
    }
  }
  return t.done(`chain of ${routers}`);
}

const hostName = (i: number) => String.fromCharCode(96 + i);

/** Hosts on one bridge in a namespace of its own. Without snooping, for a snooping bridge sends IGMP of its own. */
function bridge(hosts: number): Topology {
  const t = new Builder();
  t.box("sw");
  t.add("sw", "link add br0 address 02:00:00:00:01:00 type bridge mcast_snooping 0", "link set br0 up");
  for (let i = 1; i <= hosts; i++) {
    t.box(hostName(i));
    t.plug(hostName(i), `10.0.9.${i}/24`, "sw", i);
  }
  return t.done(`bridge of ${hosts}`);
}

/** Hosts on a bridge, behind a router whose other side is one more host: a home network. */
function home(hosts: number): Topology {
  const t = new Builder();
  t.box("sw");
  t.add("sw", "link add br0 address 02:00:00:00:01:00 type bridge mcast_snooping 0", "link set br0 up");
  t.box("gw", true);
  t.plug("gw", "10.0.9.254/24", "sw", hosts + 1);
  for (let i = 1; i <= hosts; i++) {
    t.box(hostName(i));
    t.plug(hostName(i), `10.0.9.${i}/24`, "sw", i);
    t.add(hostName(i), "route add default via 10.0.9.254");
  }
  t.box("net");
  t.link("gw", "198.51.100.1/24", "net", "198.51.100.2/24");
  return t.done(`home of ${hosts}`);
}

/** Two ways from a to b, by r1 and by r2; table 100 knows the other one. */
function diamond(): Topology {
  const t = new Builder();
  for (const name of ["a", "r1", "r2", "b"]) t.box(name, name.startsWith("r"));
  t.link("a", "10.0.1.1/24", "r1", "10.0.1.2/24");
  t.link("a", "10.0.2.1/24", "r2", "10.0.2.2/24");
  t.link("r1", "10.0.3.1/24", "b", "10.0.3.2/24");
  t.link("r2", "10.0.4.1/24", "b", "10.0.4.2/24");
  t.add("a", "route add 10.0.0.0/16 via 10.0.1.2", "route add default via 10.0.2.2 table 100");
  t.add("b", "route add 10.0.0.0/16 via 10.0.3.1", "route add default via 10.0.4.1 table 100");
  t.add("r1", "route add 10.0.4.0/24 via 10.0.3.2", "route add 10.0.2.0/24 via 10.0.1.1");
  t.add("r2", "route add 10.0.3.0/24 via 10.0.4.2", "route add 10.0.1.0/24 via 10.0.2.1");
  return t.done("diamond");
}

/** Hosts around one router. */
function star(hosts: number): Topology {
  const t = new Builder();
  t.box("r", true);
  for (let i = 1; i <= hosts; i++) {
    const h = hostName(i);
    t.box(h);
    t.link(h, `10.1.${i}.2/24`, "r", `10.1.${i}.1/24`);
    t.add(h, `route add default via 10.1.${i}.1`);
  }
  return t.done(`star of ${hosts}`);
}

export const topology: fc.Arbitrary<Topology> = fc.oneof(
  fc.constant(pair()),
  fc.integer({ min: 1, max: 3 }).map(chain),
  fc.integer({ min: 2, max: 3 }).map(bridge),
  fc.integer({ min: 1, max: 2 }).map(home),
  fc.constant(diamond()),
  fc.integer({ min: 2, max: 3 }).map(star),
);
