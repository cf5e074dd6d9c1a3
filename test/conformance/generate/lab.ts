import fc from "fast-check";
import type { Profile } from "../../../src/engine/engine.ts";
import { crafted } from "./craft.ts";
import { ruleCommand } from "./rules.ts";
import { type Topology, topology } from "./topology.ts";

export interface GeneratedLab {
  readonly topology: Topology;
  readonly profile: Profile;
  /** Routers send redirects. How many depends on tens of milliseconds (ip_rt_redirect_load), so these labs go slowly. */
  readonly redirects: boolean;
  readonly commands: readonly string[];
}

/** A whole lab: a topology, then changes and traffic in any order. Shrinks by leaving commands out. */
export const lab: fc.Arbitrary<GeneratedLab> = topology.chain((t) =>
  fc.record({
    topology: fc.constant(t),
    profile: fc.constantFrom<Profile>("ubuntu", "kernel"),
    redirects: fc.constantFrom(false, false, false, false, true),
    commands: fc
      .tuple(
        fc.array(fc.oneof({ weight: 2, arbitrary: setting(t) }, { weight: 5, arbitrary: ruleCommand(t) }), {
          maxLength: 7,
        }),
        fc.array(fc.oneof({ weight: 3, arbitrary: traffic(t) }, { weight: 2, arbitrary: injection(t) }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.array(fc.oneof(ruleCommand(t), setting(t), traffic(t), injection(t)), { maxLength: 3 }),
      )
      .map(([before, tried, after]) => [...before, ...tried, ...after]),
  }),
);

/**
 * Routers forward in both profiles, so that most labs get somewhere. Neighbours that do not answer are given
 * up after 0.6 s, well before a ping's wait ends, and known ones are not probed, so that a slow machine sees
 * what a quick one sees. What is still under way at the end (a neighbour that does not answer) comes to its end.
 */
export function scriptOf(l: GeneratedLab): string {
  const { boxes, links, inside } = l.topology;
  const script = boxes.map((b) => `ip netns add ${b.name}`);
  script.push(`ip -batch - <<'END'\n${links.join("\n")}\nEND`);
  for (const b of boxes) {
    const lines = inside.get(b.name) ?? [];
    if (lines.length > 0) script.push(`ip -n ${b.name} -batch - <<'END'\n${lines.join("\n")}\nEND`);
    const values = b.devices.flatMap(({ dev }) => [
      `net.ipv4.neigh.${dev}.retrans_time_ms=200`,
      `net.ipv4.neigh.${dev}.delay_first_probe_time=60`,
    ]);
    if (b.router) values.push("net.ipv4.ip_forward=1");
    if (!l.redirects)
      for (const dev of ["all", ...b.devices.map((d) => d.dev)])
        values.push(`net.ipv4.conf.${dev}.send_redirects=0`);
    if (values.length > 0) script.push(`ip netns exec ${b.name} sysctl -qw ${values.join(" ")}`);
  }
  const settle = `for n in ${boxes.map((b) => b.name).join(" ")}; do ip netns exec $n sh -c 'cat /sys/class/net/*/carrier' >/dev/null 2>&1; done`;
  script.push(settle);
  for (const command of l.commands) {
    const slow = l.redirects && command.includes("packetwalk-inject");
    const c = slow ? `${command.replaceAll("; ", "; sleep 0.3; ")}; sleep 0.3` : command;
    script.push(c, `echo "[$?] ${c.replace(/[`"$\\]/g, "\\$&")}"`);
    // Reading the carrier makes the kernel act at once on link changes that it puts off (linkwatch).
    if (/ link set \S+ (up|down|arp|address)/.test(c)) script.push(settle);
  }
  return [...script, "sleep 0.8"].join("\n");
}

const SETTINGS = [
  "net.ipv4.ip_forward=0",
  "net.ipv4.conf.all.rp_filter=1",
  "net.ipv4.conf.all.rp_filter=2",
  "net.ipv4.icmp_echo_ignore_all=1",
  "net.ipv4.conf.all.accept_local=1",
  "net.ipv4.ip_default_ttl=2",
  "net.ipv4.conf.all.arp_ignore=1",
  "net.ipv4.conf.all.proxy_arp=1",
  "net.netfilter.nf_conntrack_tcp_be_liberal=1",
  "net.ipv4.conf.all.arp_announce=2",
  "net.ipv4.conf.all.arp_filter=1",
  "net.ipv4.conf.all.forwarding=0",
  "net.ipv4.conf.all.accept_source_route=0",
  "net.ipv4.conf.all.promote_secondaries=1",
  "net.ipv4.conf.all.route_localnet=1",
  "net.ipv4.conf.all.ignore_routes_with_linkdown=1",
  "net.ipv4.icmp_echo_ignore_broadcasts=0",
  "net.ipv4.icmp_errors_use_inbound_ifaddr=1",
  "net.ipv4.ip_no_pmtu_disc=1",
  "net.ipv4.ip_forward_use_pmtu=1",
  "net.ipv4.fwmark_reflect=1",
  "net.ipv4.tcp_timestamps=0",
  "net.ipv4.ip_nonlocal_bind=1",
];

/** Addresses, routes, rules, sysctls, links: right ones and wrong ones. */
function setting(t: Topology): fc.Arbitrary<string> {
  const ips = t.boxes.flatMap((b) => b.devices.map((d) => d.ip));
  return fc.constantFrom(...t.boxes.filter((b) => b.devices.length > 0)).chain((box) => {
    const dev = fc.constantFrom(...box.devices.map((d) => d.dev));
    const ip = fc.constantFrom(...ips);
    const net = ip.map((a) => a.replace(/\.\d+$/, ".0/24"));
    const on = `ip -n ${box.name}`;
    return fc.oneof(
      fc.constantFrom(...SETTINGS).map((s) => `ip netns exec ${box.name} sysctl -w ${s}`),
      fc.constant(`${on} link set lo up`),
      dev.map((d) => `${on} link set ${d} down`),
      fc.tuple(dev, fc.constantFrom(576, 1000, 1400)).map(([d, mtu]) => `${on} link set ${d} mtu ${mtu}`),
      fc
        .tuple(fc.constantFrom("blackhole", "unreachable", "prohibit"), net)
        .map(([k, n]) => `${on} route add ${k} ${n}`),
      fc.constant(`${on} route del default`),
      fc.tuple(net, ip).map(([n, via]) => `${on} route add ${n} via ${via} metric 50`),
      fc.tuple(ip, dev).map(([a, d]) => `${on} route add ${a} dev ${d}`),
      fc.tuple(ip, fc.constantFrom(100, 200)).map(([a, n]) => `${on} rule add from ${a} lookup ${n}`),
      fc.tuple(net, dev).map(([n, d]) => `${on} route add ${n} dev ${d} table 100`),
      fc
        .tuple(fc.constantFrom("10.0.1.77/24", "10.0.77.1/24", "192.0.2.1/32"), dev)
        .map(([a, d]) => `${on} addr add ${a} dev ${d}`),
      dev.map((d) => `${on} addr flush dev ${d}`),
      fc.constantFrom(...box.devices).map((d) => `${on} addr del ${d.address} dev ${d.dev}`),
      fc.constantFrom(...box.devices).map((d) => `${on} link set ${d.dev} address 02:00:00:00:77:01`),
      dev.map((d) => `${on} link set ${d} arp off`),
      ip.map((a) => `${on} route replace default via ${a}`),
      fc.tuple(net, ip).map(([n, a]) => `${on} route add ${n} via ${a} metric 5`),
      fc.tuple(ip, dev).map(([a, d]) => `${on} route add default via ${a} dev ${d} onlink table 200`),
      fc.tuple(ip, fc.constantFrom(600, 900)).map(([a, m]) => `${on} route add ${a} via ${a} mtu ${m}`),
      fc.tuple(dev, fc.constantFrom(100, 200)).map(([d, n]) => `${on} rule add iif ${d} lookup ${n}`),
      fc
        .tuple(net, fc.constantFrom(100, 200))
        .map(([n, t]) => `${on} rule add to ${n} lookup ${t} priority 10`),
      fc.constantFrom("lookup 100", "prohibit", "unreachable").map((a) => `${on} rule add fwmark 1 ${a}`),
      fc.tuple(ip, dev).map(([a, d]) => `${on} neigh del ${a} dev ${d}`),
      fc.tuple(ip, dev).map(([a, d]) => `${on} neigh add proxy ${a} dev ${d}`),
      fc.tuple(ip, ip).map(([a, b]) => `${on} route get ${a} from ${b}`),
      fc.tuple(ip, ip, dev).map(([a, b, d]) => `${on} route get ${a} from ${b} iif ${d}`),
      fc
        .tuple(ip, dev)
        .map(([a, d]) => `${on} neigh replace ${a} lladdr 02:00:00:00:00:99 dev ${d} nud permanent`),
      ip.map((a) => `${on} route get ${a}`),
    );
  });
}

/** Crafted frames from a port of the lab. */
function injection(t: Topology): fc.Arbitrary<string> {
  return fc
    .constantFrom(...t.boxes.filter((b) => b.devices.length > 0))
    .chain((box) =>
      fc
        .constantFrom(...box.devices)
        .chain((from) =>
          crafted(t, from).map((frames) =>
            frames.map((f) => `ip netns exec ${box.name} packetwalk-inject ${from.dev} ${f}`).join("; "),
          ),
        ),
    );
}

const port = fc.constantFrom(7, 53, 80, 443, 8080);

/** Packets: pings of all sorts, datagrams and connections of both fates. */
function traffic(t: Topology): fc.Arbitrary<string> {
  const hosts = t.boxes.filter((b) => b.devices.length > 0);
  const to = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...hosts).chain((b) => fc.constantFrom(...b.devices)) },
    { weight: 1, arbitrary: fc.constant({ ip: "10.0.1.200", dev: "", address: "" }) },
  );
  return fc
    .tuple(fc.constantFrom(...hosts), to, fc.constantFrom(...hosts), port)
    .chain(([from, { ip }, server, p]) => {
      const at = `ip netns exec ${from.name}`;
      const serverIp = server.devices[0].ip;
      return fc.constantFrom(
        `${at} ping -c1 -W1 ${ip}`,
        `${at} ping -c2 -i0.2 -W1 ${ip}`,
        `${at} ping -c1 -W1 -s 2000 ${ip}`,
        `${at} ping -c1 -W1 -s 1472 -M do ${ip}`,
        `${at} ping -c1 -W1 -t1 ${ip}`,
        `${at} ping -c1 -W1 -R ${ip}`,
        `${at} ping -c1 -W1 -I ${from.devices[0].dev} ${ip}`,
        `${at} ping -c1 -W1 -s 3000 -M dont ${ip}`,
        `${at} ping -c1 -W1 -m 1 ${ip}`,
        `${at} ping -c1 -W1 -I ${from.devices[0].ip} ${ip}`,
        `${at} ping -b -c1 -W1 ${ip.replace(/\d+$/, "255")}`,
        `${at} traceroute -n -q1 -w 0.5 -m 5 ${ip} | sed -E 's/[0-9.]+ ms/T ms/g'`,
        `${at} traceroute -I -n -q1 -w 0.5 -m 5 ${ip} | sed -E 's/[0-9.]+ ms/T ms/g'`,
        `${at} bash -c 'echo x > /dev/udp/${ip}/${p}'`,
        `${at} curl -sS -m 0.7 ${ip}:${p} 2>&1 | sed -E 's/after [0-9]+ m/after N m/'`,
        `${at} nc -zv ${serverIp} ${p}`.replace("nc", "timeout 0.7 nc"),
        `${at} timeout 0.7 nc -z ${ip} ${p}`,
        `echo hello | ${at} nc -u -w1 ${ip} ${p}`,
        // Data goes one way only: what both sides send at once crosses as it pleases.
        `(timeout 3 ip netns exec ${server.name} nc -l -w2 ${p} >served </dev/null & sleep 0.3; echo asked | ${at} timeout 0.9 nc -N ${serverIp} ${p}; wait; cat served)`,
        `(echo served | timeout 3 ip netns exec ${server.name} nc -N -l -w2 ${p} & sleep 0.3; ${at} timeout 0.9 nc ${serverIp} ${p} </dev/null; wait)`,
        `(timeout 2 ip netns exec ${server.name} nc -u -l ${p} >served & sleep 0.3; echo asked | ${at} nc -u -w1 ${serverIp} ${p}; wait; cat served)`,
      );
    });
}
