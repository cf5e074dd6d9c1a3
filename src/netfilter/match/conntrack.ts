import { SECOND } from "../../base/clock.ts";
import { format, prefixOf } from "../../wire/ipv4.ts";
import { hostMask, integer, portRange, rangeText, uintRange } from "../argument.ts";
import {
  type Connection,
  direction,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_EXPECTED,
  IPS_SEEN_REPLY,
} from "../conntrack/connection.ts";
import { match, type Option, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import type { Packet } from "../packet.ts";
import { protocolNumber } from "../services.ts";
import { parseNames, STATES, stateBits, stateNames } from "./ctstate.ts";

type Side = "orig" | "repl";
type End = "src" | "dst";

/** One condition; conditions are asked, written and explained in the order of CONDITIONS. */
interface Condition {
  readonly inverted: boolean;
  /** The option and its value, as -S writes them behind "--". */
  readonly text: string;
  readonly holds: (ct: Connection, pkt: Packet, now: number) => boolean;
  readonly actual: (ct: Connection, pkt: Packet, now: number) => string;
}

interface ConntrackData {
  state: { bits: number; inverted: boolean } | null;
  conditions: Map<string, Condition>;
}

const STATUS = [
  ["EXPECTED", IPS_EXPECTED],
  ["SEEN_REPLY", IPS_SEEN_REPLY],
  ["ASSURED", IPS_ASSURED],
  ["CONFIRMED", IPS_CONFIRMED],
] as const;
const statusNames = (bits: number): string =>
  STATUS.filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .join(",") || "NONE";

const tuple = (ct: Connection, side: Side) => (side === "orig" ? ct.original : ct.reply);
const seconds = (ct: Connection, now: number): number =>
  ct.confirmed ? Math.max(0, Math.floor((ct.timeout - now) / SECOND)) : 0;

const SIDES = ["orig", "repl"] as const;
const ENDS = ["src", "dst"] as const;
/** The order in which -S and -L write them. */
const ORDER: readonly string[] = [
  "ctproto",
  ...SIDES.flatMap((side) => ENDS.map((end) => `ct${side}${end}`)),
  ...SIDES.flatMap((side) => ENDS.map((end) => `ct${side}${end}port`)),
  "ctstatus",
  "ctexpire",
  "ctdir",
];
const ordered = (data: ConntrackData): Condition[] =>
  ORDER.flatMap((name) => data.conditions.get(name) ?? []);

function addressOption(side: Side, end: End): Option<ConntrackData> {
  const name = `ct${side}${end}`;
  return {
    name,
    arg: "address[/mask]",
    invertible: true,
    parse(data, value, use) {
      const { addresses, mask } = hostMask(value, (name) => use.resolve(name));
      const [address] = addresses;
      const prefix = prefixOf(mask);
      data.conditions.set(name, {
        inverted: use.inverted,
        text: `${name} ${format(address)}${prefix < 0 || prefix === 32 ? "" : `/${prefix}`}`,
        holds: (ct) => (tuple(ct, side)[end] & mask) >>> 0 === address,
        actual: (ct) => `${name} is ${format(tuple(ct, side)[end])}`,
      });
    },
  };
}

function portOption(side: Side, end: End): Option<ConntrackData> {
  const name = `ct${side}${end}port`;
  const field = end === "src" ? "sport" : "dport";
  return {
    name,
    arg: "port",
    invertible: true,
    parse(data, value, use) {
      const [low, high] = portRange(value, use);
      data.conditions.set(name, {
        inverted: use.inverted,
        text: `${name} ${rangeText(low, high)}`,
        holds: (ct) => tuple(ct, side)[field] >= low && tuple(ct, side)[field] <= high,
        actual: (ct) => `${name} is ${tuple(ct, side)[field]}`,
      });
    },
  };
}

/** conntrack_mt: the condition that fails, "state", or null when all hold. */
function failing(
  data: ConntrackData,
  conditions: readonly Condition[],
  pkt: Packet,
  now: number,
): Condition | "state" | null {
  const { state } = data;
  if (state !== null && ((stateBits(pkt) & state.bits) !== 0) === state.inverted) return "state";
  const { ct } = pkt;
  // Without a connection only the state can be judged.
  if (ct === null) return state !== null ? null : conditions[0];
  for (const condition of conditions)
    if (condition.holds(ct, pkt, now) === condition.inverted) return condition;
  return null;
}

export const conntrack = match<ConntrackData>({
  name: "conntrack",
  families: BOTH,
  stateless: false,
  needsConntrack: true,
  help: `conntrack match options:
[!] --ctstate {INVALID|ESTABLISHED|NEW|RELATED|UNTRACKED|SNAT|DNAT}[,...]
                               State(s) to match
[!] --ctproto proto            Protocol to match; by number or name, e.g. "tcp"
[!] --ctorigsrc address[/mask]
[!] --ctorigdst address[/mask]
[!] --ctreplsrc address[/mask]
[!] --ctrepldst address[/mask]
                               Original/Reply source/destination address
[!] --ctorigsrcport port
[!] --ctorigdstport port
[!] --ctreplsrcport port
[!] --ctrepldstport port
                               TCP/UDP/SCTP orig./reply source/destination port
[!] --ctstatus {NONE|EXPECTED|SEEN_REPLY|ASSURED|CONFIRMED}[,...]
                               Status(es) to match
[!] --ctexpire time[:time]     Match remaining lifetime in seconds against
                               value or range of values (inclusive)
    --ctdir {ORIGINAL|REPLY}   Flow direction of packet
`,
  options: [
    {
      name: "ctstate",
      arg: "state[,...]",
      invertible: true,
      values: STATES.map(([name]) => name),
      parse(data, value, use) {
        data.state = { bits: parseNames(value, STATES, "ctstate", "state"), inverted: use.inverted };
      },
    },
    {
      name: "ctproto",
      arg: "proto",
      invertible: true,
      parse(data, value, use) {
        const protocol = integer(value, 0, 255) ?? protocolNumber(value.toLowerCase());
        if (protocol === undefined) throw new UsageError(`unknown protocol "${value}" specified`);
        data.conditions.set("ctproto", {
          inverted: use.inverted,
          text: `ctproto ${protocol}`,
          holds: (ct) => ct.original.protocol === protocol,
          actual: (ct) => `ctproto is ${ct.original.protocol}`,
        });
      },
    },
    ...SIDES.flatMap((side) => ENDS.map((end) => addressOption(side, end))),
    ...SIDES.flatMap((side) => ENDS.map((end) => portOption(side, end))),
    {
      name: "ctstatus",
      arg: "status[,...]",
      invertible: true,
      values: ["NONE", ...STATUS.map(([name]) => name)],
      parse(data, value, use) {
        const bits = parseNames(value, [["NONE", 0], ...STATUS], "ctstatus", "status");
        data.conditions.set("ctstatus", {
          inverted: use.inverted,
          text: `ctstatus ${statusNames(bits)}`,
          holds: (ct) => (ct.status & bits) !== 0,
          actual: (ct) => `ctstatus is ${statusNames(ct.status)}`,
        });
      },
    },
    {
      name: "ctexpire",
      arg: "time[:time]",
      invertible: true,
      parse(data, value, use) {
        const [low, high] = uintRange(value, use, 0xffffffff);
        data.conditions.set("ctexpire", {
          inverted: use.inverted,
          text: `ctexpire ${rangeText(low, high)}`,
          holds: (ct, _pkt, now) => seconds(ct, now) >= low && seconds(ct, now) <= high,
          actual: (ct, _pkt, now) => `ctexpire is ${seconds(ct, now)}`,
        });
      },
    },
    {
      name: "ctdir",
      arg: "{ORIGINAL|REPLY}",
      values: ["ORIGINAL", "REPLY"],
      parse(data, value) {
        const name = value.toUpperCase();
        if (name !== "ORIGINAL" && name !== "REPLY")
          throw new UsageError(`conntrack: Bad value for "--ctdir" option: "${value}"`);
        const wanted = name === "ORIGINAL" ? 0 : 1;
        data.conditions.set("ctdir", {
          inverted: false,
          text: `ctdir ${name}`,
          holds: (_ct, pkt) => direction(pkt.ctinfo) === wanted,
          actual: (_ct, pkt) => `ctdir is ${direction(pkt.ctinfo) === 0 ? "ORIGINAL" : "REPLY"}`,
        });
      },
    },
  ],
  initial: () => ({ state: null, conditions: new Map() }),
  check(_data, given) {
    if (given.size === 0) throw new UsageError("conntrack: At least one option is required");
  },
  judge(data) {
    const conditions = ordered(data);
    const { state } = data;
    if (conditions.length === 0 && state !== null) {
      const { bits, inverted } = state;
      return (pkt) => ((stateBits(pkt) & bits) !== 0) !== inverted;
    }
    return (pkt, at) => failing(data, conditions, pkt, at.host.clock.now) === null;
  },
  explain(data, pkt, at) {
    const now = at.host.clock.now;
    const why = failing(data, ordered(data), pkt, now);
    if (why === null) return undefined;
    if (why === "state") {
      const { bits, inverted } = data.state ?? { bits: 0, inverted: false };
      return `ctstate is ${stateNames(stateBits(pkt))}, ${inverted ? "which is excluded" : `not ${stateNames(bits)}`}`;
    }
    if (pkt.ct === null) return "it belongs to no connection";
    return `${why.actual(pkt.ct, pkt, now)}, not ${why.inverted ? "! " : ""}${why.text.split(" ")[1]}`;
  },
  print(data, numeric) {
    const parts = ordered(data).map(({ inverted, text }) => {
      const shown = numeric ? text : text.replace(/ 0\.0\.0\.0\/0$/, " anywhere");
      return (inverted ? "! " : "") + shown;
    });
    if (data.state) parts.unshift(`${data.state.inverted ? "! " : ""}ctstate ${stateNames(data.state.bits)}`);
    return parts.join(" ");
  },
  save(data) {
    const parts = ordered(data).map(({ inverted, text }) => `${inverted ? "! " : ""}--${text}`);
    if (data.state)
      parts.unshift(`${data.state.inverted ? "! " : ""}--ctstate ${stateNames(data.state.bits)}`);
    return parts.join(" ");
  },
});
