import { findMatch, findTarget } from "../../netfilter/registry.ts";

/** Extensions that iptables 1.8.9 ships; those that the registry lacks are refused by name, as not modelled. */
const MATCHES =
  "addrtype ah bpf cgroup cluster comment connbytes connlabel connlimit connmark conntrack cpu dccp devgroup dscp " +
  "ecn esp hashlimit helper icmp ipcomp iprange ipvs length limit mac mark multiport nfacct osf owner physdev " +
  "pkttype policy quota rateest realm recent rpfilter sctp set socket state statistic string tcp tcpmss time tos " +
  "ttl u32 udp icmp6 dst eui64 frag hbh hl ipv6header mh rt srh";
const TARGETS =
  "AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DSCP ECN HMARK IDLETIMER LED LOG MARK MASQUERADE " +
  "NETMAP NFLOG NFQUEUE NOTRACK RATEEST REDIRECT REJECT SECMARK SET SNAT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS " +
  "TPROXY TRACE TTL ULOG DNPT HL SNPT";

const SHIPPED = { match: new Set(MATCHES.split(" ")), target: new Set(TARGETS.split(" ")) };

/** True for an extension that the real iptables has and the simulation has not. */
export const isKnownElsewhere = (kind: "match" | "target", name: string): boolean =>
  SHIPPED[kind].has(name) && (kind === "match" ? findMatch : findTarget)(name, "ipv4") === undefined;
