import type { WalkStep } from "../../../walk/event.ts";

/**
 * iptables-legacy's tables, which the kernel's rule trace (nft) does not see, and whose own trace (target TRACE)
 * would change the user's rules and write to the host's log. Their counters tell which rules matched between two
 * looks, not for which packet.
 */

type Counted = Extract<WalkStep, { kind: "counted" }>;

interface Entry {
  readonly table: string;
  readonly chain: string;
  /** From 1; 0 is the chain's policy. */
  readonly rule: number;
  /** The rule as iptables-save prints it, or the policy. */
  readonly text: string;
  readonly packets: number;
}

/** Counters by what stays the same when rules before them come and go: the words, and which of the same words. */
export type LegacyCounters = ReadonlyMap<string, Entry>;

/** What `iptables-legacy-save -c` prints. Chains of users have no policy ("-"). */
export function parseLegacy(saved: string): LegacyCounters {
  const entries = new Map<string, Entry>();
  const sizes = new Map<string, number>();
  let table = "";
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    const policy = /^:(\S+) (\S+) \[(\d+):\d+\]/.exec(line);
    const rule = /^\[(\d+):\d+\] -A (\S+) ?(.*)$/.exec(line);
    if (policy && policy[2] !== "-") {
      const [, chain, text, packets] = policy;
      entries.set(`${table} ${chain}`, { table, chain, rule: 0, text, packets: Number(packets) });
    }
    if (rule) {
      const [, packets, chain, text] = rule;
      const number = (sizes.get(`${table} ${chain}`) ?? 0) + 1;
      sizes.set(`${table} ${chain}`, number);
      let key = `${table} ${chain} ${text}`;
      while (entries.has(key)) key += " again";
      entries.set(key, { table, chain, rule: number, text, packets: Number(packets) });
    }
  }
  return entries;
}

/** What has counted between two looks. Counters that fell were set to nothing meanwhile. */
export function countedSince(before: LegacyCounters, now: LegacyCounters): Counted[] {
  const counted: Counted[] = [];
  for (const [key, { table, chain, rule, text, packets }] of now) {
    const old = before.get(key);
    const base = old === undefined || packets < old.packets ? 0 : old.packets;
    if (packets === base) continue;
    counted.push({
      kind: "counted",
      table: table as Counted["table"],
      chain,
      rule,
      text,
      packets: packets - base,
    });
  }
  return counted;
}

const HOOKS = new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);

/**
 * The rule or policy that dropped a packet at a hook, which a legacy table did: when just one of those that drop
 * has counted since the last look, it was that one.
 */
export function dropperAt(hook: string, counted: readonly Counted[]): Counted | undefined {
  const candidates = counted.filter(
    ({ chain, rule, text }) =>
      (!HOOKS.has(chain) || chain === hook) &&
      (rule === 0 ? text === "DROP" : /(^| )-j (DROP|REJECT)( |$)/.test(text)),
  );
  return candidates.length === 1 ? candidates[0] : undefined;
}
