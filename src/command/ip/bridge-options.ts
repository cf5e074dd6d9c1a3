import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { BRIDGE_HELP, BRIDGE_SLAVE_HELP } from "./help.ts";
import { parseBits } from "./inet.ts";

/** An option of `type bridge` by name, with the bits of its number. "~" before: no abbreviation. */
const OPTIONS: readonly (readonly [string, 8 | 16 | 32])[] = [
  ["forward_delay", 32],
  ["hello_time", 32],
  ["max_age", 32],
  ["ageing_time", 32],
  ["stp_state", 32],
  ["priority", 16],
  ["vlan_filtering", 8],
  ["group_fwd_mask", 16],
  ["vlan_default_pvid", 16],
  ["vlan_stats_enabled", 8],
  ["vlan_stats_per_port", 8],
  ["mcast_router", 8],
  ["mcast_snooping", 8],
  ["mcast_query_use_ifaddr", 8],
  ["mcast_querier", 8],
  ["mcast_hash_elasticity", 32],
  ["mcast_hash_max", 32],
  ["mcast_last_member_count", 32],
  ["mcast_startup_query_count", 32],
  ["mcast_last_member_interval", 32],
  ["mcast_membership_interval", 32],
  ["mcast_querier_interval", 32],
  ["mcast_query_interval", 32],
  ["mcast_query_response_interval", 32],
  ["mcast_startup_query_interval", 32],
  ["mcast_stats_enabled", 8],
  ["mcast_igmp_version", 8],
  ["mcast_mld_version", 8],
  ["nf_call_iptables", 8],
  ["nf_call_ip6tables", 8],
  ["nf_call_arptables", 8],
];

/** What the simulated bridge keeps; the rest is read, and refused by name. */
const MODELLED: ReadonlySet<string> = new Set([
  "forward_delay",
  "hello_time",
  "max_age",
  "ageing_time",
  "stp_state",
  "priority",
  "vlan_filtering",
  "group_fwd_mask",
  "mcast_snooping",
]);

/** The options after `type bridge`; a number is the exit status. */
export function parseBridgeOptions(ctx: Context, args: Arguments): Record<string, number> | number {
  const data: Record<string, number> = {};
  for (; args.more; args.at++) {
    const word = args.word;
    const option = OPTIONS.find(([name]) => matches(word, name));
    if (option) {
      const [name, bits] = option;
      const value = args.next();
      const number = parseBits(value, bits);
      if (number === undefined) args.wrong(`invalid ${name}`, value);
      if (!MODELLED.has(name)) {
        ctx.err(`ip link: bridge option "${name}" is not modelled in this simulation.\n`);
        return 2;
      }
      data[name] = number;
    } else if (
      ["vlan_protocol", "group_address", "no_linklocal_learn", "fdb_flush", "mcast_vlan_snooping"].includes(
        word,
      )
    ) {
      ctx.err(`ip link: bridge option "${word}" is not modelled in this simulation.\n`);
      return 2;
    } else if (matches(word, "help")) {
      ctx.err(BRIDGE_HELP);
      return 1;
    } else {
      ctx.err(`bridge: unknown command "${word}"?\n${BRIDGE_HELP}`);
      return 1;
    }
  }
  return data;
}

/** Options of a port that are on or off, in iproute2's order of asking; abbreviated freely. */
const SWITCHES = [
  "hairpin",
  "guard",
  "root_block",
  "fastleave",
  "learning",
  "flood",
  "mcast_flood",
  "bcast_flood",
  "mcast_to_unicast",
  "proxy_arp",
  "proxy_arp_wifi",
  "mcast_fast_leave",
  "neigh_suppress",
  "vlan_tunnel",
  "isolated",
  "locked",
] as const;

const PORT_HELP_NAMES = ["state", "priority", "cost"] as const;
const PORT_BITS: Record<string, 8 | 16 | 32> = { state: 8, priority: 16, cost: 32 };

/** The options after `type bridge_slave`. */
export function parsePortOptions(ctx: Context, args: Arguments): Record<string, number> | number {
  const data: Record<string, number> = {};
  for (; args.more; args.at++) {
    const word = args.word;
    const numeric = PORT_HELP_NAMES.find((name) => matches(word, name));
    const toggle = SWITCHES.find((name) => matches(word, name));
    if (numeric) {
      const value = args.next();
      const number = parseBits(value, PORT_BITS[numeric]);
      if (number === undefined) args.wrong(`${numeric} is invalid`, value);
      data[numeric] = number;
    } else if (toggle) {
      const value = args.next();
      if (value !== "on" && value !== "off") {
        ctx.die(`Error: argument of "${toggle}" must be one of "off", "on", not "${value}"\n`, 1);
      }
      if (toggle === "mcast_to_unicast" || toggle === "vlan_tunnel" || toggle === "locked") {
        ctx.err(`ip link: bridge port option "${toggle}" is not modelled in this simulation.\n`);
        return 2;
      }
      data[toggle === "mcast_fast_leave" ? "fastleave" : toggle] = value === "on" ? 1 : 0;
    } else if (
      matches(word, "fdb_flush") ||
      ["mcast_router", "group_fwd_mask", "backup_port", "nobackup_port"].includes(word)
    ) {
      ctx.err(`ip link: bridge port option "${word}" is not modelled in this simulation.\n`);
      return 2;
    } else if (matches(word, "help")) {
      ctx.err(BRIDGE_SLAVE_HELP);
      return 1;
    } else {
      ctx.err(`bridge_slave: unknown option "${word}"?\n${BRIDGE_SLAVE_HELP}`);
      return 1;
    }
  }
  return data;
}
