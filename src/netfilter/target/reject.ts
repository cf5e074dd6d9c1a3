import { checksum, pseudo4 } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as tcp from "../../wire/tcp.ts";
import { leaveChecksum } from "../checksum-help.ts";
import { CT_RELATED, CT_RELATED_REPLY, direction } from "../conntrack/connection.ts";
import { TARGET_DROP, target, UsageError } from "../extension.ts";
import { IPV4, transport4 } from "../headers.ts";
import type { HookState } from "../hooks.ts";
import { HEADROOM, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OUTGOING, Packet } from "../packet.ts";

/** Name, alias, ICMP code (null: a TCP reset), in the tool's order: the first that begins as asked is taken. */
const TYPES: readonly (readonly [name: string, alias: string, code: number | null])[] = [
  ["icmp-net-unreachable", "net-unreach", icmp.NET_UNREACH],
  ["icmp-host-unreachable", "host-unreach", icmp.HOST_UNREACH],
  ["icmp-proto-unreachable", "proto-unreach", icmp.PROT_UNREACH],
  ["icmp-port-unreachable", "port-unreach", icmp.PORT_UNREACH],
  ["icmp-net-prohibited", "net-prohib", icmp.NET_ANO],
  ["icmp-host-prohibited", "host-prohib", icmp.HOST_ANO],
  ["tcp-reset", "tcp-rst", null],
  ["icmp-admin-prohibited", "admin-prohib", icmp.PKT_FILTERED],
];

const UDP_LITE = 136;
const DCCP = 33;

/**
 * nf_ip_checksum, for the protocols whose checksum covers all of the payload (nf_reject_verify_csum). It sums from the IP
 * header on, which is nothing where that one's own checksum holds; it does not once a record route has been written to.
 */
function checksumHolds(pkt: Packet, at: number): boolean {
  const { data, net, end } = pkt;
  if (pkt.partial) return true;
  const protocol = ipv4.protocol(data, net);
  switch (protocol) {
    case ipv4.AH:
    case ipv4.ESP:
    case ipv4.SCTP:
    case UDP_LITE:
    case DCCP:
      return true;
    case ipv4.GRE:
      if (!(data[at] & 0x80)) return true;
      break;
    case ipv4.UDP:
      if (at + 8 > end || (data[at + 6] === 0 && data[at + 7] === 0)) return true;
  }
  const pseudo =
    protocol === ipv4.TCP || protocol === ipv4.UDP
      ? pseudo4(ipv4.src(data, net), ipv4.dst(data, net), protocol, end - at)
      : 0;
  return checksum(data, net, end, pseudo) === 0;
}

/** nf_send_unreach */
function sendUnreachable(pkt: Packet, state: HookState, code: number): void {
  const at = transport4(pkt);
  if (at < 0 || !checksumHolds(pkt, at)) return;
  state.host.icmpError4(pkt, icmp.DEST_UNREACH, code, 0);
}

/** nf_send_reset: a RST in answer to a segment that is none itself, of which the whole is known to be sound. */
function sendReset(old: Packet, state: HookState): void {
  const { data, net } = old;
  const at = transport4(old);
  if (at < 0 || ipv4.protocol(data, net) !== ipv4.TCP || at + tcp.LENGTH > old.end) return;
  const flags = tcp.flags(data, at);
  if (flags & tcp.RST || !checksumHolds(old, at)) return;
  if (old.pktType === PACKET_BROADCAST || old.pktType === PACKET_MULTICAST) return;

  const length = ipv4.LENGTH + tcp.LENGTH;
  const reply = new Packet(
    state.host.nextPacketId(),
    new Uint8Array(HEADROOM + length),
    HEADROOM,
    HEADROOM + length,
    0x0800,
  );
  reply.parent = old.id;
  reply.pktType = PACKET_OUTGOING;
  reply.hops = old.hops;
  reply.trans = HEADROOM + ipv4.LENGTH;
  const src = ipv4.dst(data, net);
  const dst = ipv4.src(data, net);
  ipv4.emit(reply.data, reply.net, {
    tos: 0,
    totalLength: length,
    id: 0,
    fragment: ipv4.DF,
    ttl: 64,
    protocol: ipv4.TCP,
    src,
    dst,
  });
  const acked = (flags & tcp.ACK) !== 0;
  const payload = old.end - at - tcp.headerLength(data, at);
  const next = tcp.seq(data, at) + (flags & tcp.SYN ? 1 : 0) + (flags & tcp.FIN ? 1 : 0) + payload;
  tcp.emit4(
    reply.data,
    reply.trans,
    reply.end,
    {
      sport: tcp.dport(data, at),
      dport: tcp.sport(data, at),
      seq: acked ? tcp.ack(data, at) : 0,
      ack: acked ? 0 : next >>> 0,
      flags: acked ? tcp.RST : tcp.RST | tcp.ACK,
      window: 0,
    },
    src,
    dst,
  );
  leaveChecksum(reply, src, dst, ipv4.TCP);
  // nf_conntrack_attach: it belongs to what it ends.
  if (old.ct !== null) {
    reply.ct = old.ct;
    reply.ctinfo = direction(old.ctinfo) === 0 ? CT_RELATED_REPLY : CT_RELATED;
  }
  state.host.sendLocal4(reply, old);
}

export const REJECT = target<{ type: (typeof TYPES)[number] }>({
  name: "REJECT",
  families: IPV4,
  tables: ["filter"],
  hooks: ["INPUT", "FORWARD", "OUTPUT"],
  terminating: true,
  help: `REJECT target options:
--reject-with type              drop input packet and send back
                                a reply packet according to type:
Valid reject types:
    icmp-net-unreachable     	ICMP network unreachable
    net-unreach              	alias
    icmp-host-unreachable    	ICMP host unreachable
    host-unreach             	alias
    icmp-proto-unreachable   	ICMP protocol unreachable
    proto-unreach            	alias
    icmp-port-unreachable    	ICMP port unreachable (default)
    port-unreach             	alias
    icmp-net-prohibited      	ICMP network prohibited
    net-prohib               	alias
    icmp-host-prohibited     	ICMP host prohibited
    host-prohib              	alias
    tcp-reset                	TCP RST packet
    tcp-rst                  	alias
    icmp-admin-prohibited    	ICMP administratively prohibited (*)
    admin-prohib             	alias

(*) See man page or read the INCOMPATIBILITES file for compatibility issues.
`,
  options: [
    {
      name: "reject-with",
      arg: "type",
      values: TYPES.map(([name]) => name),
      parse(data, value, use) {
        const wanted = value.toLowerCase();
        const type = TYPES.find(([name, alias]) => name.startsWith(wanted) || alias.startsWith(wanted));
        if (type === undefined) {
          if (/^echo-?reply$/.test(value)) use.warn(`--reject-with ${value} no longer supported\n`);
          throw new UsageError(`unknown reject type "${value}"`);
        }
        data.type = type;
      },
    },
  ],
  initial: () => ({ type: TYPES[3] }),
  // reject_tg_check
  refuse: (data, rule) =>
    data.type[2] === null && (rule.protocol !== ipv4.TCP || rule.protocolInverted) ? "EINVAL" : undefined,
  apply({ type }) {
    const code = type[2];
    return (pkt, state) => {
      if (code === null) sendReset(pkt, state);
      else sendUnreachable(pkt, state, code);
      if (state.host.walk !== null) pkt.dropFacts = { reject: type[0] };
      return TARGET_DROP;
    };
  },
  print: (data) => `reject-with ${data.type[0]}`,
  save: (data) => `--reject-with ${data.type[0]}`,
});
