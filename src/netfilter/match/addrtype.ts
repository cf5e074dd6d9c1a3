import { dst, format, src } from "../../wire/ipv4.ts";
import { match, UsageError } from "../extension.ts";
import { type AddressType, type HookState, INPUT, OUTPUT, POSTROUTING, PREROUTING } from "../hooks.ts";
import type { Packet } from "../packet.ts";

interface AddrType {
  src: readonly AddressType[] | null;
  srcInverted: boolean;
  dst: readonly AddressType[] | null;
  dstInverted: boolean;
  limit: "in" | "out" | null;
}

/** In the order of enum rtn_type. */
const TYPES: readonly AddressType[] = [
  "UNSPEC",
  "UNICAST",
  "LOCAL",
  "BROADCAST",
  "ANYCAST",
  "MULTICAST",
  "BLACKHOLE",
  "UNREACHABLE",
  "PROHIBIT",
  "THROW",
  "NAT",
  "XRESOLVE",
];

function parse(text: string): AddressType[] {
  const asked = text.split(",").map((word) => {
    const type = TYPES.find((name) => name === word.toUpperCase());
    if (type === undefined) throw new UsageError(`addrtype: bad type "${word}"`);
    return type;
  });
  return TYPES.filter((type) => asked.includes(type));
}

/** The device that --limit-iface-* asks about. Without one, the whole host is asked. */
function device(data: AddrType, state: HookState) {
  return data.limit === "in" ? state.in : data.limit === "out" ? state.out : null;
}

/** match_type: which of the two conditions fails. */
function failing(data: AddrType, pkt: Packet, state: HookState): "src" | "dst" | null {
  const dev = device(data, state);
  const has = (types: readonly AddressType[], address: number) =>
    types.includes(state.host.addressType4(address, dev));
  if (data.src && has(data.src, src(pkt.data, pkt.net)) === data.srcInverted) return "src";
  if (data.dst && has(data.dst, dst(pkt.data, pkt.net)) === data.dstInverted) return "dst";
  return null;
}

export const addrtype = match<AddrType>({
  name: "addrtype",
  families: ["ipv4"],
  stateless: false,
  help: `Address type match options:
 [!] --src-type type[,...]      Match source address type
 [!] --dst-type type[,...]      Match destination address type
     --limit-iface-in           Match only on the packet's incoming device
     --limit-iface-out          Match only on the packet's outgoing device

Valid types:           
${TYPES.map((type) => `                                ${type}\n`).join("")}`,
  options: [
    {
      name: "src-type",
      arg: "type[,...]",
      invertible: true,
      values: TYPES,
      parse(data, value, use) {
        data.src = parse(value);
        data.srcInverted = use.inverted;
      },
    },
    {
      name: "dst-type",
      arg: "type[,...]",
      invertible: true,
      values: TYPES,
      parse(data, value, use) {
        data.dst = parse(value);
        data.dstInverted = use.inverted;
      },
    },
    {
      name: "limit-iface-in",
      excludes: ["limit-iface-out"],
      parse(data) {
        data.limit = "in";
      },
    },
    {
      name: "limit-iface-out",
      excludes: ["limit-iface-in"],
      parse(data) {
        data.limit = "out";
      },
    },
  ],
  initial: () => ({ src: null, srcInverted: false, dst: null, dstInverted: false, limit: null }),
  check(_data, given) {
    if (!given.has("src-type") && !given.has("dst-type"))
      throw new UsageError("addrtype: you must specify --src-type or --dst-type");
  },
  // addrtype_mt_checkentry_v1: a device that the hook does not have yet cannot be asked about.
  refuse(data, _rule, hooks) {
    const never =
      data.limit === "in" ? [OUTPUT, POSTROUTING] : data.limit === "out" ? [PREROUTING, INPUT] : [];
    return hooks.some((hook) => never.includes(hook)) ? "EINVAL" : undefined;
  },
  judge: (data) => (pkt, state) => failing(data, pkt, state) === null,
  explain(data, pkt, state) {
    const side = failing(data, pkt, state);
    if (side === null) return undefined;
    const address = (side === "src" ? src : dst)(pkt.data, pkt.net);
    const type = state.host.addressType4(address, device(data, state));
    const inverted = side === "src" ? data.srcInverted : data.dstInverted;
    return `${side}-type of ${format(address)} is ${type}, ${inverted ? "which is excluded" : `not ${data[side]?.join(",")}`}`;
  },
  print(data) {
    let text = "ADDRTYPE match";
    if (data.src) text += ` src-type ${data.srcInverted ? "!" : ""}${data.src.join(",")}`;
    if (data.dst) text += ` dst-type ${data.dstInverted ? "!" : ""}${data.dst.join(",")}`;
    return data.limit ? `${text} limit-${data.limit}` : text;
  },
  save(data) {
    const parts: string[] = [];
    if (data.src) parts.push(`${data.srcInverted ? "! " : ""}--src-type ${data.src.join(",")}`);
    if (data.dst) parts.push(`${data.dstInverted ? "! " : ""}--dst-type ${data.dst.join(",")}`);
    if (data.limit) parts.push(`--limit-iface-${data.limit}`);
    return parts.join(" ");
  },
});
