import { SECOND } from "../../base/clock.ts";
import { dst, format, src, ttl } from "../../wire/ipv4.ts";
import { dottedQuad, uint } from "../argument.ts";
import { match, type Option, UsageError } from "../extension.ts";
import type { HookState } from "../hooks.ts";
import type { Packet } from "../packet.ts";

type Mode = "set" | "rcheck" | "update" | "remove";

interface Recent {
  mode: Mode | null;
  inverted: boolean;
  seconds: number;
  hitcount: number;
  reap: boolean;
  rttl: boolean;
  name: string;
  mask: number;
  side: "rsource" | "rdest";
}

/** An address that was seen, and when (the newest last). */
interface Entry {
  ttl: number;
  readonly stamps: number[];
}

const WORDS: Readonly<Record<Mode, string>> = {
  set: "SET",
  rcheck: "CHECK",
  update: "UPDATE",
  remove: "REMOVE",
};
/** ip_list_tot and ip_pkt_list_tot, the module's defaults. */
const ADDRESSES = 100;
const STAMPS = 20;

/** The lists of one namespace, by name: shared by all rules that name them. */
const lists = new WeakMap<object, Map<string, Map<number, Entry>>>();

function listOf(host: object, name: string): Map<number, Entry> {
  let all = lists.get(host);
  if (all === undefined) lists.set(host, (all = new Map()));
  let list = all.get(name);
  if (list === undefined) all.set(name, (list = new Map()));
  return list;
}

/** recent_mt */
function judge(data: Recent, pkt: Packet, state: HookState): boolean {
  const list = listOf(state.host, data.name);
  const address = ((data.side === "rdest" ? dst : src)(pkt.data, pkt.net) & data.mask) >>> 0;
  // A packet that was sent from here has not been counted down yet; one that is forwarded has.
  const hops = ttl(pkt.data, pkt.net) + (state.out !== null && state.in === null ? 1 : 0);
  const now = state.host.clock.now;
  const entry = list.get(address);
  if (entry === undefined || (data.rttl && entry.ttl !== hops)) {
    if (entry !== undefined || data.mode !== "set") return data.inverted;
    if (list.size >= ADDRESSES) list.delete([...list.keys()][0]);
    list.set(address, { ttl: hops, stamps: [now] });
    return !data.inverted;
  }
  const touch = () => {
    entry.stamps.push(now);
    if (entry.stamps.length > STAMPS) entry.stamps.shift();
    entry.ttl = hops;
    list.delete(address);
    list.set(address, entry);
  };
  let matched = !data.inverted;
  if (data.mode === "set") {
    touch();
    return matched;
  }
  if (data.mode === "remove") {
    list.delete(address);
    return matched;
  }
  const since = data.seconds > 0 ? now - data.seconds * SECOND : Number.NEGATIVE_INFINITY;
  let hits = 0;
  matched = data.inverted;
  for (const stamp of entry.stamps) {
    if (stamp < since) continue;
    hits++;
    if (data.hitcount === 0 || hits >= data.hitcount) {
      matched = !data.inverted;
      break;
    }
  }
  if (data.reap && data.seconds > 0) {
    const kept = entry.stamps.filter((stamp) => stamp >= since);
    entry.stamps.splice(0, entry.stamps.length, ...kept);
  }
  if (data.mode === "update" && matched) touch();
  return matched;
}

const modes: readonly Mode[] = ["set", "rcheck", "update", "remove"];

export const recent = match<Recent>({
  name: "recent",
  families: ["ipv4"],
  stateless: false,
  help: `recent match options:
[!] --set                       Add source address to list, always matches.
[!] --rcheck                    Match if source address in list.
[!] --update                    Match if source address in list, also update last-seen time.
[!] --remove                    Match if source address in list, also removes that address from list.
    --seconds seconds           For check and update commands above.
                                Specifies that the match will only occur if source address last seen within
                                the last 'seconds' seconds.
    --reap                      Purge entries older then 'seconds'.
                                Can only be used in conjunction with the seconds option.
    --hitcount hits             For check and update commands above.
                                Specifies that the match will only occur if source address seen hits times.
                                May be used in conjunction with the seconds option.
    --rttl                      For check and update commands above.
                                Specifies that the match will only occur if the source address and the TTL
                                match between this packet and the one which was set.
                                Useful if you have problems with people spoofing their source address in order
                                to DoS you via this module.
    --name name                 Name of the recent list to be used.  DEFAULT used if none given.
    --rsource                   Match/Save the source address of each packet in the recent list table (default).
    --rdest                     Match/Save the destination address of each packet in the recent list table.
    --mask netmask              Netmask that will be applied to this recent list.
xt_recent by: Stephen Frost <sfrost@snowman.net>.
`,
  options: [
    ...modes.map(
      (mode): Option<Recent> => ({
        name: mode,
        invertible: true,
        excludes: modes.filter((other) => other !== mode),
        parse(data, _value, use) {
          data.mode = mode;
          data.inverted = use.inverted;
        },
      }),
    ),
    {
      name: "seconds",
      arg: "seconds",
      parse(data, value, use) {
        data.seconds = uint(value, use, 0xffffffff, 1);
      },
    },
    {
      name: "reap",
      requires: ["seconds"],
      parse(data) {
        data.reap = true;
      },
    },
    {
      name: "hitcount",
      arg: "hits",
      parse(data, value, use) {
        data.hitcount = uint(value, use, 0xffffffff);
      },
    },
    {
      name: "rttl",
      parse(data) {
        data.rttl = true;
      },
    },
    {
      name: "name",
      arg: "name",
      parse(data, value) {
        data.name = value;
      },
    },
    {
      name: "rsource",
      parse(data) {
        data.side = "rsource";
      },
    },
    {
      name: "rdest",
      parse(data) {
        data.side = "rdest";
      },
    },
    {
      name: "mask",
      arg: "netmask",
      parse(data, value) {
        const mask = dottedQuad(value);
        if (mask === undefined) throw new UsageError(`recent: Bad value for "--mask" option: "${value}"`);
        data.mask = mask;
      },
    },
  ],
  initial: () => ({
    mode: null,
    inverted: false,
    seconds: 0,
    hitcount: 0,
    reap: false,
    rttl: false,
    name: "DEFAULT",
    mask: 0xffffffff,
    side: "rsource",
  }),
  check(data) {
    if (data.mode === null)
      throw new UsageError("recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'");
  },
  // recent_mt_check
  refuse: (data) =>
    (data.mode === "set" || data.mode === "remove") &&
    (data.seconds > 0 || data.hitcount > 0 || data.rttl || data.reap)
      ? "EINVAL"
      : data.hitcount > STAMPS * 255
        ? "EINVAL"
        : undefined,
  judge: (data) => (pkt, state) => judge(data, pkt, state),
  explain: (data) => `the list ${data.name} does not ${data.inverted ? "fail" : "hold"}`,
  print(data) {
    const parts = [`recent: ${WORDS[data.mode ?? "set"]}`];
    if (data.seconds > 0) parts.push(`seconds: ${data.seconds}`);
    if (data.reap) parts.push("reap");
    if (data.hitcount > 0) parts.push(`hit_count: ${data.hitcount}`);
    if (data.rttl) parts.push("TTL-Match");
    parts.push(`name: ${data.name}`, `side: ${data.side === "rdest" ? "dest" : "source"}`);
    return `${data.inverted ? "! " : ""}${parts.join(" ")} mask: ${format(data.mask)}`;
  },
  save(data) {
    const parts = [`${data.inverted ? "! " : ""}--${data.mode}`];
    if (data.seconds > 0) parts.push(`--seconds ${data.seconds}`);
    if (data.reap) parts.push("--reap");
    if (data.hitcount > 0) parts.push(`--hitcount ${data.hitcount}`);
    if (data.rttl) parts.push("--rttl");
    return `${parts.join(" ")} --name ${data.name} --mask ${format(data.mask)} --${data.side}`;
  },
});
