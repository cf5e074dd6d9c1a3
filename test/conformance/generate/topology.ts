import fc from "fast-check";

/** A host or router, and what a command may say about it. */
export interface Box {
  readonly name: string;
  readonly router: boolean;
  /** Device → address with prefix length. */
  readonly devices: readonly { readonly dev: string; readonly address: string; readonly ip: string }[];
}

export interface Topology {
  readonly kind: string;
  readonly boxes: readonly Box[];
  /** Commands that build it. */
  readonly build: readonly string[];
}

class Builder {
  readonly boxes = new Map<
    string,
    { name: string; router: boolean; devices: { dev: string; address: string; ip: string }[] }
  >();
  readonly build: string[] = [];
  private veths = 0;

  box(name: string, router = false): string {
    this.boxes.set(name, { name, router, devices: [] });
    this.build.push(`ip netns add ${name}`);
    return name;
  }

  /** A veth pair between two boxes with addresses. */
  link(a: string, addressA: string, b: string, addressB: string): void {
    const n = this.veths++;
    const [devA, devB] = [`${a}e${n}`, `${b}e${n}`];
    this.build.push(`ip link add ${devA} netns ${a} type veth peer name ${devB} netns ${b}`);
    this.address(a, devA, addressA);
    this.address(b, devB, addressB);
    this.build.push(`ip -n ${a} link set ${devA} up`, `ip -n ${b} link set ${devB} up`);
  }

  address(box: string, dev: string, address: string): void {
    this.build.push(`ip -n ${box} addr add ${address} dev ${dev}`);
    this.boxes.get(box)?.devices.push({ dev, address, ip: address.split("/")[0] });
  }

  add(...commands: string[]): void {
    this.build.push(...commands);
  }

  done(kind: string): Topology {
    return { kind, boxes: [...this.boxes.values()], build: this.build };
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
  t.add(`ip -n a route add default via 10.0.1.2`, `ip -n b route add default via 10.0.${routers + 1}.1`);
  for (let i = 1; i <= routers; i++) {
    for (let net = 1; net <= routers + 1; net++) {
      if (net < i) t.add(`ip -n r${i} route add 10.0.${net}.0/24 via 10.0.${i}.1`);
      if (net > i + 1) t.add(`ip -n r${i} route add 10.0.${net}.0/24 via 10.0.${i + 1}.2`);
    }
  }
  return t.done(`chain of ${routers}`);
}

/** Hosts on one bridge in a namespace of its own. Without snooping, for a snooping bridge sends IGMP of its own. */
function bridge(hosts: number): Topology {
  const t = new Builder();
  t.box("sw");
  t.add("ip -n sw link add br0 type bridge mcast_snooping 0", "ip -n sw link set br0 up");
  for (let i = 1; i <= hosts; i++) {
    const h = String.fromCharCode(96 + i);
    t.box(h);
    t.add(`ip link add ${h}e0 netns ${h} type veth peer name p${i} netns sw`);
    t.address(h, `${h}e0`, `10.0.9.${i}/24`);
    t.add(
      `ip -n sw link set p${i} master br0`,
      `ip -n sw link set p${i} up`,
      `ip -n ${h} link set ${h}e0 up`,
    );
  }
  return t.done(`bridge of ${hosts}`);
}

/** Hosts around one router. */
function star(hosts: number): Topology {
  const t = new Builder();
  t.box("r", true);
  for (let i = 1; i <= hosts; i++) {
    const h = String.fromCharCode(96 + i);
    t.box(h);
    t.link(h, `10.1.${i}.2/24`, "r", `10.1.${i}.1/24`);
    t.add(`ip -n ${h} route add default via 10.1.${i}.1`);
  }
  return t.done(`star of ${hosts}`);
}

export const topology: fc.Arbitrary<Topology> = fc.oneof(
  fc.constant(pair()),
  fc.integer({ min: 1, max: 3 }).map(chain),
  fc.integer({ min: 2, max: 3 }).map(bridge),
  fc.integer({ min: 2, max: 3 }).map(star),
);
