import { type Nanoseconds, SECOND } from "../../base/clock.ts";

/** Timeouts of the TCP tracker by state, in the order of enum tcp_conntrack; ns. */
const TCP_TIMEOUTS = [0, 120, 60, 432000, 120, 60, 30, 120, 10, 120, 300, 300].map((s) => s * SECOND);

/** Indices of tcpTimeouts beyond the states. */
export const TCP_TIMEOUT_RETRANS = 10;
export const TCP_TIMEOUT_UNACK = 11;

/** What all namespaces of a machine share; only the initial namespace may write it. */
export class ConntrackLimits {
  /** Entries that one namespace may hold (net.netfilter.nf_conntrack_max, net.nf_conntrack_max). */
  max = 262144;
  buckets = 262144;
  expectMax = 4096;
}

/** What net.netfilter.nf_conntrack_* sets, with the kernel's defaults. */
export class ConntrackSettings {
  readonly limits: ConntrackLimits;
  /** 1: transport checksums of what comes in are verified. */
  checksum = 1;
  accounting = 0;
  timestamp = 0;
  /** 0 off, 1 on, 2 when somebody listens. */
  events = 2;
  /** Protocol number whose invalid packets are logged; 255 all; 0 none. */
  logInvalid = 0;
  readonly tcpTimeouts: Nanoseconds[] = [...TCP_TIMEOUTS];
  tcpLoose = 1;
  tcpBeLiberal = 0;
  tcpMaxRetrans = 3;
  tcpIgnoreInvalidRst = 0;
  udpTimeout: Nanoseconds = 30 * SECOND;
  udpStreamTimeout: Nanoseconds = 120 * SECOND;
  icmpTimeout: Nanoseconds = 30 * SECOND;
  genericTimeout: Nanoseconds = 600 * SECOND;
  greTimeout: Nanoseconds = 30 * SECOND;
  greStreamTimeout: Nanoseconds = 180 * SECOND;

  constructor(limits: ConntrackLimits) {
    this.limits = limits;
  }
}

/** One sysctl of net.netfilter: how to read and write it as a whole number (seconds for timeouts). */
export interface ConntrackSysctl {
  /** "nf_conntrack_max": the name below net.netfilter. */
  readonly name: string;
  get(): number;
  /** Absent: read-only. */
  set?(value: number): void;
  readonly min: number;
  readonly max: number;
}

const INT_MAX = 0x7fffffff;

/** The sysctls of one namespace, in the order of /proc/sys/net/netfilter. `count` is the live number of
 *  entries; the shared limits are writable in the initial namespace alone. */
export function conntrackSysctls(
  s: ConntrackSettings,
  count: () => number,
  initial: boolean,
): ConntrackSysctl[] {
  const limit = (name: string, key: keyof ConntrackLimits): ConntrackSysctl => {
    const entry = { name, get: () => s.limits[key], min: 0, max: INT_MAX };
    if (!initial) return entry;
    return {
      ...entry,
      set: (value) => {
        s.limits[key] = value;
      },
    };
  };
  type NumberKey = {
    [K in keyof ConntrackSettings]: ConntrackSettings[K] extends number ? K : never;
  }[keyof ConntrackSettings];
  const number = (name: string, key: NumberKey, min = 0, max = INT_MAX): ConntrackSysctl => ({
    name,
    get: () => s[key],
    set: (value) => {
      s[key] = value;
    },
    min,
    max,
  });
  const seconds = (name: string, key: NumberKey): ConntrackSysctl => ({
    name,
    get: () => Math.floor(s[key] / SECOND),
    set: (value) => {
      s[key] = value * SECOND;
    },
    min: 0,
    max: INT_MAX,
  });
  const tcp = (name: string, state: number): ConntrackSysctl => ({
    name: `nf_conntrack_tcp_timeout_${name}`,
    get: () => Math.floor(s.tcpTimeouts[state] / SECOND),
    set: (value) => {
      s.tcpTimeouts[state] = value * SECOND;
    },
    min: 0,
    max: INT_MAX,
  });
  return [
    number("nf_conntrack_acct", "accounting", 0, 1),
    limit("nf_conntrack_buckets", "buckets"),
    number("nf_conntrack_checksum", "checksum", 0, 1),
    { name: "nf_conntrack_count", get: count, min: 0, max: INT_MAX },
    number("nf_conntrack_events", "events", 0, 2),
    limit("nf_conntrack_expect_max", "expectMax"),
    seconds("nf_conntrack_generic_timeout", "genericTimeout"),
    seconds("nf_conntrack_gre_timeout", "greTimeout"),
    seconds("nf_conntrack_gre_timeout_stream", "greStreamTimeout"),
    seconds("nf_conntrack_icmp_timeout", "icmpTimeout"),
    number("nf_conntrack_log_invalid", "logInvalid", 0, 255),
    limit("nf_conntrack_max", "max"),
    number("nf_conntrack_tcp_be_liberal", "tcpBeLiberal", 0, 1),
    number("nf_conntrack_tcp_ignore_invalid_rst", "tcpIgnoreInvalidRst", 0, 1),
    number("nf_conntrack_tcp_loose", "tcpLoose", 0, 1),
    number("nf_conntrack_tcp_max_retrans", "tcpMaxRetrans", 0, 255),
    tcp("close", 8),
    tcp("close_wait", 5),
    tcp("established", 3),
    tcp("fin_wait", 4),
    tcp("last_ack", 6),
    tcp("max_retrans", TCP_TIMEOUT_RETRANS),
    tcp("syn_recv", 2),
    tcp("syn_sent", 1),
    tcp("time_wait", 7),
    tcp("unacknowledged", TCP_TIMEOUT_UNACK),
    number("nf_conntrack_timestamp", "timestamp", 0, 1),
    seconds("nf_conntrack_udp_timeout", "udpTimeout"),
    seconds("nf_conntrack_udp_timeout_stream", "udpStreamTimeout"),
  ];
}
