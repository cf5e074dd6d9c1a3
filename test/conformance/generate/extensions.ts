import fc from "fast-check";
import type { Extension } from "../../../src/netfilter/extension.ts";
import type { HookName, TableName } from "../../../src/netfilter/hooks.ts";
import { extensions } from "../../../src/netfilter/registry.ts";
import type { Box, Topology } from "./topology.ts";

/** Where the rule will stand. */
export interface Place {
  readonly topology: Topology;
  readonly box: Box;
  readonly table: TableName;
  readonly chain: string;
}

/** Uses of an extension as they stand in a rule, without `-m NAME`; "" is a use. */
type Uses = (place: Place) => readonly string[];

const STATES = [
  "NEW",
  "ESTABLISHED",
  "RELATED",
  "INVALID",
  "UNTRACKED",
  "NEW,RELATED",
  "ESTABLISHED,RELATED",
];

const addresses = ({ topology }: Place) => topology.boxes.flatMap((b) => b.devices.map((d) => d.ip));
const others = ({ topology, box }: Place) =>
  topology.boxes.filter((b) => b !== box).flatMap((b) => b.devices.map((d) => d.ip));
const own = ({ box }: Place) => box.devices.map((d) => d.ip);

/** For each modelled match, what generated rules say with it. */
export const MATCH_USES: Readonly<Record<string, Uses>> = {
  addrtype: ({ chain }) => [
    "--dst-type LOCAL",
    "--src-type LOCAL",
    "! --dst-type LOCAL",
    "--dst-type BROADCAST",
    "--dst-type MULTICAST",
    "--dst-type UNICAST --src-type UNICAST",
    ...(chain === "PREROUTING" || chain === "INPUT" || chain === "FORWARD"
      ? ["--dst-type LOCAL --limit-iface-in"]
      : ["--src-type LOCAL --limit-iface-out"]),
  ],
  comment: () => ["--comment 'a b'", "--comment x"],
  connmark: () => ["--mark 1", "! --mark 0x1/0xff", "--mark 0"],
  conntrack: (place) => [
    ...STATES.map((s) => `--ctstate ${s}`),
    "--ctstate SNAT",
    "--ctstate DNAT",
    "! --ctstate NEW",
    "--ctdir REPLY",
    "--ctdir ORIGINAL",
    "--ctstatus NONE",
    "--ctstatus SEEN_REPLY",
    "--ctstatus ASSURED,CONFIRMED",
    "--ctproto 6",
    "! --ctproto 17",
    "--ctexpire 1:40",
    `--ctorigsrc ${addresses(place)[0]}`,
    `--ctorigdst ${addresses(place)[0]}`,
    `--ctrepldst ${addresses(place)[0]}`,
    `! --ctreplsrc ${addresses(place)[0]}`,
    "--ctorigdstport 80 --ctproto 6",
  ],
  icmp: () => [
    "--icmp-type echo-request",
    "--icmp-type 0",
    "! --icmp-type 8",
    "--icmp-type 3",
    "--icmp-type 11/0",
  ],
  iprange: () => [
    "--src-range 10.0.0.1-10.0.2.2",
    "--dst-range 10.0.1.1-10.0.1.9",
    "! --src-range 10.0.1.1-10.0.1.1 --dst-range 10.0.0.0-10.255.255.255",
  ],
  length: () => ["--length 84", "--length 0:100", "! --length 60:", "--length :40", "--length 1400:2000"],
  limit: () => ["--limit 1/hour --limit-burst 2", "--limit 1/day --limit-burst 1", "--limit 1/hour"],
  mac: ({ topology }) =>
    topology.boxes
      .flatMap((b) => b.devices)
      .flatMap((d) => [`--mac-source ${d.mac}`, `! --mac-source ${d.mac}`]),
  mark: () => ["--mark 1", "! --mark 0x1/0xff", "--mark 0x2/0xf", "--mark 0"],
  multiport: () => ["--dports 80,443", "--sports 7,53", "--ports 7,80:443", "! --dports 53"],
  owner: () => ["--uid-owner 0", "! --uid-owner 0", "! --socket-exists", "--socket-exists", "--gid-owner 0"],
  physdev: () => [
    "--physdev-in p1",
    "--physdev-is-bridged",
    "! --physdev-in p2",
    "--physdev-is-in",
    "--physdev-out p2 --physdev-is-bridged",
  ],
  pkttype: () => [
    "--pkt-type unicast",
    "--pkt-type broadcast",
    "! --pkt-type unicast",
    "--pkt-type multicast",
  ],
  policy: ({ chain }) => [
    `--dir ${chain === "OUTPUT" || chain === "POSTROUTING" ? "out" : "in"} --pol none`,
    `--dir ${chain === "OUTPUT" || chain === "POSTROUTING" ? "out" : "in"} --pol ipsec`,
  ],
  recent: () => [
    "--name seen --set",
    "--name seen --rcheck --hitcount 2",
    "--name seen --update --seconds 60",
    "--name seen --remove",
    "! --name seen --rcheck",
    "--name dest --set --rdest",
    "--name seen --rcheck --rttl",
  ],
  sctp: () => ["--dport 80", "--sport 7:80", "! --dport 80"],
  state: () => STATES.map((s) => `--state ${s}`),
  statistic: () => [
    "--mode nth --every 2 --packet 0",
    "--mode nth --every 3 --packet 1",
    "--mode random --probability 1.0",
    "--mode random --probability 0",
  ],
  tcp: () => [
    "--dport 80",
    "--sport 7:80",
    "! --dport 443",
    "--syn",
    "! --syn",
    "--tcp-flags SYN,ACK SYN,ACK",
    "--tcp-flags RST RST",
    "--tcp-flags ALL NONE",
    "--tcp-flags FIN,URG,PSH FIN,URG,PSH",
    "--tcp-option 2",
    "! --tcp-option 8",
    "--syn --dport 80",
  ],
  ttl: () => ["--ttl-gt 62", "--ttl-eq 64", "--ttl-lt 64", "--ttl-lt 3", "! --ttl-eq 64"],
  udp: () => ["--dport 53", "--sport 1024:65535", "! --dport 53", "--dport 7:80", "--sport 7"],
};

/** For each modelled target, what generated rules say behind `-j NAME`. */
export const TARGET_USES: Readonly<Record<string, Uses>> = {
  CHECKSUM: () => ["--checksum-fill"],
  CONNMARK: () => [
    "--save-mark",
    "--set-mark 1",
    "--restore-mark",
    "--set-xmark 0x2/0xf",
    "--restore-mark --nfmask 0xf --ctmask 0xf",
    "--and-mark 1",
    "--or-mark 4",
    "--xor-mark 3",
  ],
  CT: () => ["--notrack"],
  DNAT: (place) =>
    others(place).flatMap((ip) => [
      `--to-destination ${ip}`,
      `--to-destination ${ip}:80`,
      `--to-destination ${ip}:8080-8082`,
      `--to-destination ${ip} --random`,
      `--to-destination ${ip} --persistent`,
    ]),
  LOG: () => ["--log-prefix 'seen '", "--log-level debug --log-tcp-options --log-ip-options", "--log-uid"],
  MARK: () => ["--set-mark 1", "--set-xmark 0x2/0xf", "--or-mark 4", "--and-mark 1", "--xor-mark 3"],
  MASQUERADE: () => ["", "--random", "--to-ports 2005", "--to-ports 2005-2010", "--random-fully"],
  NFLOG: () => ["--nflog-group 1", "--nflog-prefix x --nflog-size 20", ""],
  NOTRACK: () => [""],
  REDIRECT: () => ["", "--to-ports 8080", "--to-ports 80-90", "--to-ports 53 --random"],
  REJECT: () => [
    "",
    ...[
      "icmp-port-unreachable",
      "icmp-host-unreachable",
      "icmp-admin-prohibited",
      "icmp-net-prohibited",
      "icmp-proto-unreachable",
      "icmp-net-unreachable",
      "icmp-host-prohibited",
      "tcp-reset",
    ].map((type) => `--reject-with ${type}`),
  ],
  SNAT: (place) => [
    ...own(place).flatMap((ip) => [
      `--to-source ${ip}`,
      `--to-source ${ip}:3000-3000 --persistent`,
      `--to-source ${ip}:5000-5002`,
    ]),
    "--to-source 10.0.77.7",
    "--to-source 10.0.77.7-10.0.77.9 --persistent",
  ],
  TCPMSS: () => ["--clamp-mss-to-pmtu", "--set-mss 536", "--set-mss 9000"],
  TRACE: () => [""],
  TTL: () => ["--ttl-set 10", "--ttl-dec 1", "--ttl-inc 2", "--ttl-dec 64", "--ttl-set 1"],
};

/** What generated rules leave out on purpose, and why. */
export const NOT_GENERATED: Readonly<Record<string, string>> = {};

/** Protocols by number, as rules name them. */
const PROTOCOLS: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 132: "sctp" };
/** Matches that need a protocol with ports, and say so in user space. */
const WITH_PORTS = new Set(["multiport"]);
/** Targets that say more with ports than the kernel takes without a protocol. */
const PORT = /:\d|--to-ports|tcp-reset/;

/** A match or target with the protocol that it asks for ("" for none). */
export interface Use {
  readonly protocol: string;
  readonly text: string;
}

function fits(e: Extension<unknown>, { table, chain }: Place): boolean {
  return (
    (e.tables?.includes(table) ?? true) &&
    (e.hooks?.includes(chain as HookName) ?? true) &&
    // Where nothing is tracked yet, only the odd rule asks for tracking.
    !(table === "raw" && e.needsConntrack)
  );
}

function usesOf(kind: "match" | "target", place: Place, wrong: boolean): fc.Arbitrary<Use> | undefined {
  const table = kind === "match" ? MATCH_USES : TARGET_USES;
  const named = extensions().filter(
    (e) => e.kind === kind && e.name in table && table[e.name](place).length > 0,
  );
  const right = named.filter((e) => fits(e, place));
  const chosen = wrong ? named : right;
  if (chosen.length === 0) return undefined;
  return fc.constantFrom(...chosen).chain((e) =>
    fc.tuple(fc.constantFrom(...table[e.name](place)), fc.constantFrom("tcp", "udp")).map(([use, ported]) => {
      const asked =
        e.protocols?.map((p) => PROTOCOLS[p])[0] ?? (e.name === "tcp" || e.name === "udp" ? e.name : "");
      const needs = WITH_PORTS.has(e.name) || (kind === "target" && PORT.test(use));
      const protocol = asked || (use.includes("tcp-reset") ? "tcp" : needs ? ported : "");
      const syn = e.name === "TCPMSS" ? "-m tcp --tcp-flags SYN,RST SYN " : "";
      const inverted = use.startsWith("! --name");
      const words = kind === "target" ? `${syn}-j ${e.name}` : `-m ${e.name}`;
      return {
        protocol,
        text: `${words} ${inverted ? use.replace("! --name seen", "--name seen !") : use}`.trim(),
      };
    }),
  );
}

const none: fc.Arbitrary<Use> = fc.constant({ protocol: "", text: "" });

/** A match that may stand here, or none; now and then one that may not. */
export function matchUse(place: Place): fc.Arbitrary<Use> {
  return fc.oneof(
    { weight: 5, arbitrary: none },
    { weight: 20, arbitrary: usesOf("match", place, false) ?? none },
    { weight: 1, arbitrary: usesOf("match", place, true) ?? none },
  );
}

/** A target that may stand here, or a verdict; now and then a target that may not. */
export function targetUse(place: Place): fc.Arbitrary<Use> {
  const verdict = fc
    .constantFrom("-j ACCEPT", "-j DROP", "-j RETURN", "")
    .map((text): Use => ({ protocol: "", text }));
  return fc.oneof(
    { weight: 8, arbitrary: verdict },
    { weight: 12, arbitrary: usesOf("target", place, false) ?? verdict },
    { weight: 1, arbitrary: usesOf("target", place, true) ?? verdict },
  );
}
