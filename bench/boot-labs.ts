// A chain of routers, each with two links, addresses, routes and ten rules; the same lab in four spellings.

/** The ten rules: a stateful firewall as published rulesets have it (what-for matches: state, interface, port, source). */
const RULES = [
  "-A INPUT -i lo -j ACCEPT",
  "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
  "-A INPUT -p icmp -j ACCEPT",
  "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
  "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
  "-A FORWARD -i west -o east -j ACCEPT",
  "-A FORWARD -s 10.0.0.0/8 -p udp -m udp --dport 53 -j ACCEPT",
  "-A FORWARD -p icmp -m icmp --icmp-type 8 -j ACCEPT",
  "-A FORWARD -p tcp -m multiport --dports 80,443 -j ACCEPT",
  "-A FORWARD -j DROP",
];

interface Router {
  readonly name: string;
  readonly devices: readonly { name: "west" | "east"; address: string }[];
  readonly routes: readonly string[];
}

const net = (link: number) => `10.${link >> 8}.${link & 255}`;

/** Link i joins router i-1 (east) and router i (west); links 0 and `count` end at a host. */
function routers(count: number): Router[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `r${i}`,
    devices: [
      { name: "west", address: `${net(i)}.2/24` },
      { name: "east", address: `${net(i + 1)}.1/24` },
    ],
    routes: [`default via ${net(i)}.1`, `192.168.0.0/16 via ${net(i + 1)}.2`],
  }));
}

const hosts = (count: number) => [
  { name: "first", device: "eth0", address: `${net(0)}.1/24`, via: `${net(0)}.2` },
  { name: "last", device: "eth0", address: `${net(count)}.2/24`, via: `${net(count)}.1` },
];

function links(count: number): [string, string][] {
  return Array.from({ length: count + 1 }, (_, i) => [
    i === 0 ? "first:eth0" : `r${i - 1}:east`,
    i === count ? "last:eth0" : `r${i}:west`,
  ]);
}

/** As a lab file. */
export function labFile(count: number): string {
  return JSON.stringify({
    hosts: Object.fromEntries(
      hosts(count).map(({ name, device, address, via }) => [
        name,
        { devices: { [device]: address }, routes: [`default via ${via}`] },
      ]),
    ),
    routers: Object.fromEntries(
      routers(count).map(({ name, devices, routes }) => [
        name,
        {
          devices: Object.fromEntries(devices.map((d) => [d.name, d.address])),
          routes,
          iptables: RULES,
        },
      ]),
    ),
    links: links(count),
  });
}

/** As people write it: a command for each thing. */
export function naiveScript(count: number): string {
  const lines = [...hosts(count), ...routers(count)].flatMap(({ name }) => [
    `ip netns add ${name}`,
    `ip netns exec ${name} ip link set lo up`,
  ]);
  for (const [a, b] of links(count)) {
    const [[boxA, devA], [boxB, devB]] = [a.split(":"), b.split(":")];
    lines.push(`ip link add ${devA} netns ${boxA} type veth peer name ${devB} netns ${boxB}`);
  }
  for (const { name, device, address, via } of hosts(count)) {
    lines.push(`ip netns exec ${name} ip addr add ${address} dev ${device}`);
    lines.push(`ip netns exec ${name} ip link set ${device} up`);
    lines.push(`ip netns exec ${name} ip route add default via ${via}`);
  }
  for (const { name, devices, routes } of routers(count)) {
    const inside = `ip netns exec ${name}`;
    for (const d of devices) {
      lines.push(`${inside} ip addr add ${d.address} dev ${d.name}`, `${inside} ip link set ${d.name} up`);
    }
    for (const route of routes) lines.push(`${inside} ip route add ${route}`);
    lines.push(`${inside} sysctl -qw net.ipv4.ip_forward=1`);
    for (const rule of RULES) lines.push(`${inside} iptables ${rule}`);
  }
  return `${lines.join("\n")}\n`;
}

/**
 * With Mininet's own interface: hosts as routers, links between them, no switch and no controller. Rules go in by
 * one iptables-restore a router, the quickest that its `cmd` offers. Prints the seconds of the building and of stop().
 */
export function mininetScript(count: number): string {
  const boxes = [
    ...hosts(count).map(({ name, device, address, via }) => ({
      name,
      devices: [{ name: device, address }],
      routes: [`default via ${via}`],
      routes_only: true,
    })),
    ...routers(count),
  ];
  const rules = ["*filter", ...RULES, "COMMIT", ""].join("\n");
  return `
import json, time
from mininet.net import Mininet
from mininet.link import Link
boxes = json.loads(${JSON.stringify(JSON.stringify(boxes))})
links = json.loads(${JSON.stringify(JSON.stringify(links(count)))})
open("/run/rules", "w").write(${JSON.stringify(rules)})
begun = time.perf_counter()
net = Mininet(switch=None, controller=None, build=False)
nodes = {b["name"]: net.addHost(b["name"], ip=None) for b in boxes}
# Its names of devices go over the whole machine until they are moved: they carry the node's.
for a, b in links:
    (na, da), (nb, db) = a.split(":"), b.split(":")
    net.addLink(nodes[na], nodes[nb], cls=Link, intfName1=na + "-" + da, intfName2=nb + "-" + db)
for b in boxes:
    node = nodes[b["name"]]
    for d in b["devices"]:
        node.setIP(d["address"], intf=b["name"] + "-" + d["name"])
        node.cmd("ip link set %s-%s up" % (b["name"], d["name"]))
    for r in b["routes"]:
        node.cmd("ip route add " + r)
    if "routes_only" not in b:
        node.cmd("sysctl -qw net.ipv4.ip_forward=1")
        node.cmd("iptables-restore /run/rules")
built = time.perf_counter()
last = nodes["r%d" % (${count} - 1)]
rules = last.cmd("iptables -S")
if rules.count("-A ") != ${RULES.length}: raise SystemExit("a rule is missing: " + rules)
stopping = time.perf_counter()
net.stop()
print("%.6f %.6f" % (built - begun, time.perf_counter() - stopping))
`;
}
