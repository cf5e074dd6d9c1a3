export interface Rule {
  /** As `iptables-save` prints it, without "-A CHAIN". */
  readonly text: string;
  readonly packets: number;
  readonly bytes: number;
}

export interface Chain {
  readonly name: string;
  /** Undefined: a chain of the user's own. */
  readonly policy: string | undefined;
  readonly packets: number;
  readonly bytes: number;
  readonly rules: readonly Rule[];
}

/** Reads what `iptables-save -c` prints. */
export function parseSave(text: string): ReadonlyMap<string, ReadonlyMap<string, Chain>> {
  const tables = new Map<string, Map<string, Chain & { rules: Rule[] }>>();
  let chains = new Map<string, Chain & { rules: Rule[] }>();
  for (const line of text.split("\n")) {
    const table = /^\*(\S+)/.exec(line);
    if (table) {
      chains = new Map();
      tables.set(table[1], chains);
      continue;
    }
    const chain = /^:(\S+) (\S+) \[(\d+):(\d+)\]/.exec(line);
    if (chain) {
      const [, name, policy, packets, bytes] = chain;
      chains.set(name, {
        name,
        policy: policy === "-" ? undefined : policy,
        packets: Number(packets),
        bytes: Number(bytes),
        rules: [],
      });
      continue;
    }
    const rule = /^(?:\[(\d+):(\d+)\] )?-A (\S+) ?(.*)$/.exec(line);
    if (rule) {
      const [, packets, bytes, name, body] = rule;
      // What people write by hand may not name a built-in chain first.
      if (!chains.has(name)) chains.set(name, { name, policy: "ACCEPT", packets: 0, bytes: 0, rules: [] });
      chains.get(name)?.rules.push({ text: body, packets: Number(packets ?? 0), bytes: Number(bytes ?? 0) });
    }
  }
  return tables;
}
