import fc from "fast-check";
import type { Box, Topology } from "./topology.ts";

const TABLES = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
} as const;
type Table = keyof typeof TABLES;

const table: fc.Arbitrary<Table> = fc.constantFrom(
  "filter",
  "filter",
  "filter",
  "nat",
  "nat",
  "mangle",
  "raw",
  "security",
);
const PORTS = [7, 53, 80, 443, 8080] as const;
const port = fc.constantFrom(...PORTS);
const bang = fc.constantFrom("", "", "", "! ");

/** An `iptables` command for one of the boxes. */
export function ruleCommand(topology: Topology): fc.Arbitrary<string> {
  return fc
    .constantFrom(...topology.boxes)
    .chain((box) =>
      table.chain((t) => fc.constantFrom<string>(...TABLES[t]).chain((c) => rule(topology, box, t, c))),
    );
}

function rule(topology: Topology, box: Box, t: Table, chain: string): fc.Arbitrary<string> {
  const how = fc.constantFrom("-A", "-A", "-A", "-I");
  return fc
    .tuple(
      how,
      protocol(),
      fc.array(basic(topology, box, chain), { maxLength: 2 }),
      match(t, chain),
      target(topology, box, t, chain),
    )
    .map(([op, proto, basics, more, j]) => {
      const unique = new Map(basics.filter(Boolean).map((b) => [b.replace(/^! /, "").split(" ")[0], b]));
      const words = [`iptables -t ${t} ${op} ${chain}`, ...unique.values(), proto, more, j(proto)];
      return `ip netns exec ${box.name} ${words.filter(Boolean).join(" ")}`;
    });
}

function protocol(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constant(""),
    fc.constant("-p icmp"),
    fc.constantFrom("-p icmp --icmp-type echo-request", "-p icmp --icmp-type 0", "-p icmp ! --icmp-type 8"),
    fc.constantFrom("-p tcp", "-p udp", "! -p tcp"),
    fc.tuple(fc.constantFrom("tcp", "udp"), bang, port).map(([p, b, n]) => `-p ${p} ${b}--dport ${n}`),
    fc.tuple(fc.constantFrom("tcp", "udp"), port).map(([p, n]) => `-p ${p} --sport ${n}:${n + 10}`),
    fc.constantFrom(
      "-p tcp --syn",
      "-p tcp ! --syn",
      "-p tcp --tcp-flags SYN,ACK SYN,ACK",
      "-p tcp --tcp-flags RST RST",
    ),
    fc
      .tuple(
        fc.constantFrom("tcp", "udp"),
        fc.uniqueArray(port, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("--dports", "--sports", "--ports"),
      )
      .map(([p, list, o]) => `-p ${p} -m multiport ${o} ${list.join(",")}`),
  );
}

function basic(topology: Topology, box: Box, chain: string): fc.Arbitrary<string> {
  const addresses = topology.boxes.flatMap((b) => b.devices.map((d) => d.ip));
  const address = fc.oneof(
    fc.constantFrom(...addresses),
    fc.constantFrom(...addresses).map((ip) => `${ip.replace(/\.\d+$/, ".0")}/24`),
    fc.constant("10.0.0.0/8"),
  );
  const options = [
    fc.tuple(bang, address).map(([b, a]) => `${b}-s ${a}`),
    fc.tuple(bang, address).map(([b, a]) => `${b}-d ${a}`),
  ];
  const devs = box.devices.map((d) => d.dev);
  if (devs.length > 0) {
    const dev = fc.constantFrom(...devs, `${box.name}+`, "lo");
    if (["PREROUTING", "INPUT", "FORWARD"].includes(chain))
      options.push(fc.tuple(bang, dev).map(([b, d]) => `${b}-i ${d}`));
    if (["FORWARD", "OUTPUT", "POSTROUTING"].includes(chain))
      options.push(fc.tuple(bang, dev).map(([b, d]) => `${b}-o ${d}`));
  }
  return fc.oneof(...options);
}

function match(t: Table, chain: string): fc.Arbitrary<string> {
  const state = fc
    .uniqueArray(fc.constantFrom("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"), {
      minLength: 1,
      maxLength: 3,
    })
    .map((s) => s.join(","));
  const some: fc.Arbitrary<string>[] = [
    fc.constant(""),
    fc.constant(""),
    fc.constantFrom(
      "-m mark --mark 1",
      "-m mark ! --mark 0x1/0xff",
      "-m comment --comment 'a b'",
      "-m ttl --ttl-gt 62",
      "-m ttl --ttl-eq 64",
    ),
    fc.constantFrom("-m length --length 84", "-m length --length 0:100", "-m length ! --length 60:"),
    fc.constantFrom(
      "-m addrtype --dst-type LOCAL",
      "-m addrtype --src-type LOCAL",
      "-m addrtype ! --dst-type LOCAL",
    ),
    fc.constantFrom("-m iprange --src-range 10.0.0.1-10.0.2.2", "-m iprange --dst-range 10.0.1.1-10.0.1.9"),
    fc.constantFrom(
      "-m limit --limit 1/hour --limit-burst 2",
      "-m statistic --mode nth --every 2 --packet 0",
    ),
  ];
  if (t !== "raw") {
    some.push(
      state.map((s) => `-m conntrack --ctstate ${s}`),
      state.map((s) => `-m state --state ${s}`),
    );
    some.push(
      fc.constantFrom(
        "-m conntrack --ctdir REPLY",
        "-m conntrack --ctdir ORIGINAL",
        "-m conntrack --ctstate SNAT",
        "-m conntrack --ctstate DNAT",
      ),
    );
    some.push(fc.constant("-m connmark --mark 1"));
  }
  void chain;
  return fc.oneof(...some);
}

function target(
  topology: Topology,
  box: Box,
  t: Table,
  chain: string,
): fc.Arbitrary<(proto: string) => string> {
  const simple = fc.constantFrom("-j ACCEPT", "-j DROP", "-j RETURN", "").map((s) => () => s);
  const others = topology.boxes.filter((b) => b !== box).flatMap((b) => b.devices.map((d) => d.ip));
  const own = box.devices.map((d) => d.ip);
  const withPort = (proto: string) => /^-p (tcp|udp)/.test(proto);
  switch (t) {
    case "filter": {
      const types = [
        "icmp-port-unreachable",
        "icmp-host-unreachable",
        "icmp-admin-prohibited",
        "icmp-net-prohibited",
        "icmp-proto-unreachable",
      ];
      return fc.oneof(
        simple,
        simple,
        fc.constantFrom(...types).map((type) => () => `-j REJECT --reject-with ${type}`),
        fc.constant((proto: string) =>
          proto.startsWith("-p tcp") ? "-j REJECT --reject-with tcp-reset" : "-j REJECT",
        ),
      );
    }
    case "mangle":
      return fc.oneof(
        simple,
        fc
          .constantFrom(
            "-j MARK --set-mark 1",
            "-j MARK --set-xmark 0x2/0xf",
            "-j TTL --ttl-set 10",
            "-j TTL --ttl-dec 1",
            "-j CONNMARK --save-mark",
            "-j CONNMARK --set-mark 1",
            "-j CONNMARK --restore-mark",
          )
          .map((s) => () => s),
      );
    case "raw":
      return fc.oneof(
        simple,
        fc.constantFrom("-j CT --notrack", "-j NOTRACK").map((s) => () => s),
      );
    case "nat": {
      if (chain === "POSTROUTING") {
        return fc.oneof(
          fc.constant(() => "-j MASQUERADE"),
          ...(own.length > 0 ? [fc.constantFrom(...own).map((ip) => () => `-j SNAT --to-source ${ip}`)] : []),
          fc.constant((proto: string) =>
            withPort(proto) ? "-j MASQUERADE --to-ports 2000-2010" : "-j ACCEPT",
          ),
        );
      }
      if (chain === "INPUT") return simple;
      return fc.oneof(
        ...(others.length > 0
          ? [
              fc.tuple(fc.constantFrom(...others), port).map(
                ([ip, n]) =>
                  (proto: string) =>
                    `-j DNAT --to-destination ${ip}${withPort(proto) ? `:${n}` : ""}`,
              ),
            ]
          : []),
        fc.constant((proto: string) => (withPort(proto) ? "-j REDIRECT --to-ports 8080" : "-j REDIRECT")),
        simple,
      );
    }
    default:
      return simple;
  }
}
