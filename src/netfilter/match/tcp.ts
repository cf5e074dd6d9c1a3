import { headerLength } from "../../wire/tcp.ts";
import { integer, port } from "../argument.ts";
import { match, type OptionUse, UsageError } from "../extension.ts";
import { BOTH, transportWith4 } from "../headers.ts";
import type { Packet } from "../packet.ts";
import {
  explainPorts,
  judgePorts,
  mergePorts,
  nativePorts,
  type Ports,
  portConditions,
  printPorts,
  savePorts,
} from "./ports.ts";

interface Tcp extends Ports {
  flags: { mask: number; comp: number; inverted: boolean } | null;
  option: { kind: number; inverted: boolean } | null;
}

// In the order in which the tool writes them.
const FLAGS: readonly (readonly [string, number])[] = [
  ["FIN", 0x01],
  ["SYN", 0x02],
  ["RST", 0x04],
  ["PSH", 0x08],
  ["ACK", 0x10],
  ["URG", 0x20],
];
const SPECIAL: Readonly<Record<string, number>> = { ALL: 0x3f, NONE: 0 };

function parseFlags(text: string): number {
  let bits = 0;
  for (const word of text.split(",").filter((part) => part !== "")) {
    const name = word.toUpperCase();
    const flag = FLAGS.find(([known]) => known === name)?.[1] ?? SPECIAL[name];
    if (flag === undefined) throw new UsageError(`Unknown TCP flag \`${word}'`);
    bits |= flag;
  }
  return bits;
}

function flagsText(bits: number): string {
  const names = FLAGS.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return names.length > 0 ? names.join(",") : "NONE";
}

const flagsHex = (bits: number): string => `0x${bits.toString(16).toUpperCase().padStart(2, "0")}`;

function range(text: string): [number, number] {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const value = port(text, "tcp");
    return [value, value];
  }
  const low = colon === 0 ? 0 : port(text.slice(0, colon), "tcp");
  const high = colon === text.length - 1 ? 0xffff : port(text.slice(colon + 1), "tcp");
  if (low > high) throw new UsageError("invalid portrange (min > max)");
  return [low, high];
}

function setFlags(data: Tcp, mask: number, comp: number, use: OptionUse): void {
  if (data.flags) throw new UsageError("Only one of `--syn' or `--tcp-flags'  allowed");
  data.flags = { mask, comp, inverted: use.inverted };
}

/** iptables-nft writes ports and flags as expressions of nf_tables' own. */
const native = (data: Tcp): boolean => data.option === null && (data.flags !== null || nativePorts(data));

/** tcp_find_option: whether an option of this kind stands in the header's options. */
function hasOption(pkt: Packet, at: number, kind: number): boolean {
  const end = Math.min(at + headerLength(pkt.data, at), pkt.end);
  for (let i = at + 20; i < end; ) {
    const found = pkt.data[i];
    if (found === kind) return true;
    i += found < 2 ? 1 : pkt.data[i + 1] || 1;
  }
  return false;
}

export const tcp = match<Tcp>({
  name: "tcp",
  families: BOTH,
  impliedBy: 6,
  stateless: true,
  protocols: [6],
  native,
  merge(first, second) {
    if (first.flags && second.flags) return null;
    const ports = mergePorts(first, second);
    return ports && { ...ports, flags: first.flags ?? second.flags };
  },
  help: `tcp match options:
[!] --tcp-flags mask comp	match when TCP flags & mask == comp
				(Flags: SYN ACK FIN RST URG PSH ALL NONE)
[!] --syn			match when only SYN flag set
				(equivalent to --tcp-flags SYN,RST,ACK,FIN SYN)
[!] --source-port port[:port]
 --sport ...
				match source port(s)
[!] --destination-port port[:port]
 --dport ...
				match destination port(s)
[!] --tcp-option number        match if TCP option set
`,
  options: [
    {
      name: "source-port",
      aliases: ["sport"],
      arg: "port[:port]",
      invertible: true,
      repeatable: "Only one `--source-port' allowed",
      parse(data, value, use) {
        data.sport = range(value);
        data.sportInverted = use.inverted;
      },
    },
    {
      name: "destination-port",
      aliases: ["dport"],
      arg: "port[:port]",
      invertible: true,
      repeatable: "Only one `--destination-port' allowed",
      parse(data, value, use) {
        data.dport = range(value);
        data.dportInverted = use.inverted;
      },
    },
    {
      name: "syn",
      invertible: true,
      repeatable: true,
      parse: (data, _value, use) => setFlags(data, 0x17, 0x02, use),
    },
    {
      name: "tcp-flags",
      arg: "mask comp",
      invertible: true,
      repeatable: true,
      values: [...FLAGS.map(([name]) => name), ...Object.keys(SPECIAL)],
      parse(data, value, use) {
        if (data.flags) throw new UsageError("Only one of `--syn' or `--tcp-flags'  allowed");
        const comp = use.following();
        if (comp === undefined || /^[-!]/.test(comp)) throw new UsageError("--tcp-flags requires two args.");
        setFlags(data, parseFlags(value), parseFlags(comp), use);
      },
    },
    {
      name: "tcp-option",
      arg: "number",
      invertible: true,
      repeatable: "Only one `--tcp-option' allowed",
      parse(data, value, use) {
        const kind = integer(value, 1, 255);
        if (kind === undefined) throw new UsageError(`Bad TCP option "${value}"`);
        data.option = { kind, inverted: use.inverted };
      },
    },
  ],
  initial: () => ({
    sport: null,
    sportInverted: false,
    dport: null,
    dportInverted: false,
    flags: null,
    option: null,
  }),
  check(data, _given, rule) {
    // iptables-nft looks at the number alone: "! -p tcp -m tcp" passes it.
    if (rule.variant === "nft" && native(data) && rule.protocol !== 6)
      throw new UsageError("TCP match requires '-p tcp'");
  },
  judge(data) {
    const ports = judgePorts(data);
    const { flags, option } = data;
    if (!flags && !option) return ports;
    return (pkt, state) => {
      if (!ports(pkt, state)) return false;
      const at = transportWith4(pkt, option ? 20 : 14);
      if (at < 0) return false;
      if (flags && ((pkt.data[at + 13] & flags.mask) === flags.comp) === flags.inverted) return false;
      return !option || hasOption(pkt, at, option.kind) !== option.inverted;
    };
  },
  ports: (data) => (data.flags || data.option ? undefined : portConditions(data)),
  explain(data, pkt) {
    const why = explainPorts(data, pkt);
    const at = transportWith4(pkt, 20);
    if (why !== undefined || at < 0) return why;
    const { flags, option } = data;
    const bits = pkt.data[at + 13];
    if (flags && ((bits & flags.mask) === flags.comp) === flags.inverted)
      return `flags ${flagsText(bits & flags.mask)} of ${flagsText(flags.mask)} are ${flags.inverted ? "" : "not "}${flagsText(flags.comp)}`;
    if (option && hasOption(pkt, at, option.kind) === option.inverted)
      return `TCP option ${option.kind} is ${option.inverted ? "" : "not "}set`;
    return undefined;
  },
  print(data, numeric) {
    let text = `tcp${printPorts(data, "tcp", numeric)}`;
    if (data.option) text += ` option=${data.option.inverted ? "!" : ""}${data.option.kind}`;
    if (data.flags) {
      const show = numeric ? flagsHex : flagsText;
      text += ` flags:${data.flags.inverted ? "!" : ""}${show(data.flags.mask)}/${show(data.flags.comp)}`;
    }
    return text;
  },
  save(data) {
    const parts = [savePorts(data)];
    if (data.option) parts.push(`${data.option.inverted ? "! " : ""}--tcp-option ${data.option.kind}`);
    if (data.flags)
      parts.push(
        `${data.flags.inverted ? "! " : ""}--tcp-flags ${flagsText(data.flags.mask)} ${flagsText(data.flags.comp)}`,
      );
    return parts.filter((part) => part !== "").join(" ");
  },
});
