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

/** An `iptables` command for one of the boxes, now and then one of the older tool. */
export function ruleCommand(topology: Topology): fc.Arbitrary<string> {
  const command = fc
    .constantFrom(...topology.boxes)
    .chain((box) =>
      table.chain((t) =>
        fc
          .constantFrom<string>(...TABLES[t])
          .chain((c) =>
            fc.oneof(
              { weight: 8, arbitrary: rule(topology, box, t, c) },
              { weight: 2, arbitrary: userChain(topology, box, t, c) },
              { weight: 1, arbitrary: chainCommand(box, t, c) },
            ),
          ),
      ),
    );
  return fc
    .tuple(command, fc.constantFrom(...Array<string>(12).fill("iptables "), "iptables-legacy "))
    .map(([text, tool]) => text.replaceAll("iptables ", tool));
}

/** A user chain of a few rules with every way out, and the rule that leads to it. */
function userChain(topology: Topology, box: Box, t: Table, chain: string): fc.Arbitrary<string> {
  const on = `ip netns exec ${box.name} iptables -t ${t}`;
  return fc
    .tuple(
      fc.constantFrom("u1", "u2", "u3"),
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: rule(topology, box, t, chain) },
          {
            weight: 1,
            arbitrary: fc
              .tuple(protocol(), fc.constantFrom("-j RETURN", "-j u1", "-j u2", "-g u2", "-g u3"))
              .map((words) => `${on} -A ${chain} ${words.filter(Boolean).join(" ")}`),
          },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      protocol(),
      fc.constantFrom("-j", "-j", "-g"),
    )
    .map(([name, rules, proto, how]) =>
      [
        `${on} -N ${name}`,
        ...rules.map((r) => r.replace(new RegExp(`-[AI] ${chain}`), `-A ${name}`)),
        `${on} -A ${chain} ${[proto, `${how} ${name}`].filter(Boolean).join(" ")}`,
      ].join("; "),
    );
}

/** What is done to whole chains: policies, flushing, deleting, looking. */
function chainCommand(box: Box, t: Table, chain: string): fc.Arbitrary<string> {
  return fc
    .constantFrom(
      `-P ${chain} DROP`,
      `-P ${chain} DROP`,
      `-P ${chain} ACCEPT`,
      `-F ${chain}`,
      "-F",
      "-X",
      `-D ${chain} 1`,
      `-Z ${chain}`,
      "-nvL",
      "-S",
    )
    .map((what) => `ip netns exec ${box.name} iptables -t ${t} ${what}`);
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
  if (chain === "OUTPUT" || chain === "POSTROUTING")
    some.push(fc.constantFrom("-m owner --uid-owner 0", "-m owner ! --socket-exists"));
  if (chain === "PREROUTING" || chain === "INPUT" || chain === "FORWARD")
    some.push(
      fc.constantFrom(
        "-m recent --name seen --set",
        "-m recent --name seen --rcheck --hitcount 2",
        "-m pkttype --pkt-type unicast",
        "-m physdev --physdev-in p1",
        "-m physdev --physdev-is-bridged",
        "-m physdev ! --physdev-in p2",
      ),
    );
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
        fc.constant((proto: string) =>
          proto === "-p tcp --syn" && chain !== "INPUT" && chain !== "PREROUTING"
            ? "-j TCPMSS --clamp-mss-to-pmtu"
            : "-j MARK --or-mark 4",
        ),
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
          ...(own.length > 0
            ? [
                fc.constantFrom(...own).map((ip) => () => `-j SNAT --to-source ${ip}`),
                fc
                  .constantFrom(...own)
                  .map(
                    (ip) => (proto: string) =>
                      `-j SNAT --to-source ${ip}${withPort(proto) ? ":3000-3000" : ""} --persistent`,
                  ),
              ]
            : []),
          fc.constant((proto: string) =>
            withPort(proto) ? "-j MASQUERADE --to-ports 2005" : "-j MASQUERADE --random",
          ),
        );
      }
      if (chain === "INPUT")
        return fc.oneof(
          simple,
          fc.constant(() => "-j SNAT --to-source 10.0.77.7"),
        );
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
