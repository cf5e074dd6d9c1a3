import { u16 } from "../../wire/bytes.ts";
import { port, portText, rangeText } from "../argument.ts";
import { match, type OptionUse, type PortCondition, type RuleContext, UsageError } from "../extension.ts";
import { BOTH, transportWith4 } from "../headers.ts";

interface Multiport {
  field: PortCondition["field"];
  ranges: [number, number][];
  inverted: boolean;
}

/** A range takes two of the kernel's fifteen places (XT_MULTI_PORTS). */
const PLACES = 15;
const PROTOCOL: Readonly<Record<number, string>> = {
  6: "tcp",
  17: "udp",
  33: "dccp",
  132: "sctp",
  136: "udplite",
};
const FIELDS = { sport: "sports", dport: "dports", either: "ports" } as const;

function protocolOf(rule: RuleContext): string {
  if (rule.protocol === 0)
    throw new UsageError("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
  const name = PROTOCOL[rule.protocol];
  if (name === undefined || rule.protocolInverted)
    throw new UsageError("multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP");
  return name;
}

function take(data: Multiport, field: PortCondition["field"], value: string, use: OptionUse): void {
  const protocol = protocolOf(use.rule);
  let places = 0;
  for (const part of value.split(",")) {
    const colon = part.indexOf(":");
    places += colon < 0 ? 1 : 2;
    if (places > PLACES) throw new UsageError("too many ports specified");
    const low = port(colon < 0 ? part : part.slice(0, colon), protocol);
    const high = colon < 0 ? low : port(part.slice(colon + 1), protocol);
    if (colon >= 0 && low >= high) throw new UsageError("invalid portrange specified");
    data.ranges.push([low, high]);
  }
  data.field = field;
  data.inverted = use.inverted;
}

export const multiport = match<Multiport>({
  name: "multiport",
  families: BOTH,
  stateless: true,
  help: `multiport match options:
[!] --source-ports port[,port:port,port...]
 --sports ...
				match source port(s)
[!] --destination-ports port[,port:port,port...]
 --dports ...
				match destination port(s)
[!] --ports port[,port:port,port]
				match both source and destination port(s)
`,
  options: [
    {
      name: "source-ports",
      aliases: ["sports"],
      arg: "port[,port:port,port...]",
      invertible: true,
      excludes: ["destination-ports", "ports"],
      parse: (data, value, use) => take(data, "sport", value, use),
    },
    {
      name: "destination-ports",
      aliases: ["dports"],
      arg: "port[,port:port,port...]",
      invertible: true,
      excludes: ["source-ports", "ports"],
      parse: (data, value, use) => take(data, "dport", value, use),
    },
    {
      name: "ports",
      arg: "port[,port:port,port]",
      invertible: true,
      excludes: ["source-ports", "destination-ports"],
      parse: (data, value, use) => take(data, "either", value, use),
    },
  ],
  initial: () => ({ field: "either", ranges: [], inverted: false }),
  check(_data, given) {
    if (given.size === 0) throw new UsageError("multiport expection an option");
  },
  judge(data) {
    const { field, inverted } = data;
    const bounds = Uint16Array.from(data.ranges.flat());
    const has = (value: number) => {
      for (let i = 0; i < bounds.length; i += 2)
        if (value >= bounds[i] && value <= bounds[i + 1]) return true;
      return false;
    };
    return (pkt) => {
      const at = transportWith4(pkt, 4);
      if (at < 0) return false;
      const found =
        (field !== "dport" && has(u16(pkt.data, at))) || (field !== "sport" && has(u16(pkt.data, at + 2)));
      return found !== inverted;
    };
  },
  ports: (data) => [{ field: data.field, ranges: data.ranges, inverted: data.inverted }],
  explain(data, pkt) {
    const at = transportWith4(pkt, 4);
    if (at < 0) return "a later fragment has no ports";
    const sport = u16(pkt.data, at);
    const dport = u16(pkt.data, at + 2);
    const value = { sport: `sport ${sport}`, dport: `dport ${dport}`, either: `ports ${sport} and ${dport}` };
    const list = data.ranges.map(([low, high]) => rangeText(low, high)).join(",");
    return `${value[data.field]} ${data.inverted ? "among" : "not among"} ${list}`;
  },
  print(data, numeric, rule) {
    const protocol = PROTOCOL[rule.protocol] ?? "";
    const list = data.ranges.map(([low, high]) => {
      const first = portText(low, protocol, numeric);
      return low === high ? first : `${first}:${portText(high, protocol, numeric)}`;
    });
    return `multiport ${FIELDS[data.field]} ${data.inverted ? " !" : ""}${list.join(",")}`;
  },
  save(data) {
    const list = data.ranges.map(([low, high]) => rangeText(low, high)).join(",");
    return `${data.inverted ? "! " : ""}--${FIELDS[data.field]} ${list}`;
  },
});
