import { dst } from "../../wire/ipv4.ts";
import { match, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import { PACKET_BROADCAST, PACKET_HOST, PACKET_LOOPBACK, PACKET_MULTICAST, type Packet } from "../packet.ts";

interface PktType {
  type: number;
  inverted: boolean;
}

const NAMES: Readonly<Record<string, number>> = {
  unicast: PACKET_HOST,
  broadcast: PACKET_BROADCAST,
  multicast: PACKET_MULTICAST,
};
const nameOf = (type: number): string =>
  Object.keys(NAMES).find((name) => NAMES[name] === type) ?? String(type);

/** pkttype_mt: what loops back on lo is typed by its address. */
function typeOf(pkt: Packet): number {
  if (pkt.pktType !== PACKET_LOOPBACK) return pkt.pktType;
  const to = dst(pkt.data, pkt.net);
  return to >>> 28 === 14 ? PACKET_MULTICAST : PACKET_BROADCAST;
}

export const pkttype = match<PktType>({
  name: "pkttype",
  families: BOTH,
  stateless: false,
  help: `pkttype match options:
[!] --pkt-type packettype	match packet type
Valid packet types:
	unicast		to us
	broadcast	to all
	multicast	to group
`,
  options: [
    {
      name: "pkt-type",
      arg: "packettype",
      invertible: true,
      required: true,
      values: Object.keys(NAMES),
      parse(data, value, use) {
        const type = NAMES[value.toLowerCase()];
        if (type === undefined) throw new UsageError(`Bad packet type '${value}'`);
        data.type = type;
        data.inverted = use.inverted;
      },
    },
  ],
  initial: () => ({ type: PACKET_HOST, inverted: false }),
  judge({ type, inverted }) {
    return (pkt) => (typeOf(pkt) === type) !== inverted;
  },
  explain: (data, pkt) =>
    `packet type ${nameOf(typeOf(pkt))} is ${data.inverted ? "" : "not "}${nameOf(data.type)}`,
  print: (data) => `PKTTYPE ${data.inverted ? "!=" : "="} ${nameOf(data.type)}`,
  save: (data) => `${data.inverted ? "! " : ""}--pkt-type ${nameOf(data.type)}`,
});
