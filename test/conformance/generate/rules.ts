import fc from "fast-check";
import { matchUse, targetUse } from "./extensions.ts";
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
  const place = { topology, box, table: t, chain };
  const how = fc.constantFrom("-A", "-A", "-A", "-I");
  return fc
    .tuple(
      how,
      protocol(),
      fc.array(basic(topology, box, chain), { maxLength: 2 }),
      fc.array(matchUse(place), { minLength: 1, maxLength: 2 }),
      targetUse(place),
    )
    .map(([op, proto, basics, more, target]) => {
      const unique = new Map(basics.filter(Boolean).map((b) => [b.replace(/^! /, "").split(" ")[0], b]));
      const uses = [...new Map(more.map((m) => [m.text.split(" ")[1], m])).values(), target];
      // What an extension asks for goes before what was drawn.
      const asked = uses.find((u) => u.protocol)?.protocol;
      const protocolWords = asked ? `-p ${asked}` : proto;
      const words = [
        `iptables -t ${t} ${op} ${chain}`,
        ...unique.values(),
        protocolWords,
        ...uses.map((u) => u.text),
      ];
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
