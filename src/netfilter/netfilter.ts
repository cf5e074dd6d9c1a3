import { KernelError } from "../base/errno.ts";
import { u16 } from "../wire/bytes.ts";
import { View } from "./compile/view.ts";
import { direction } from "./conntrack/connection.ts";
import { Conntrack } from "./conntrack/conntrack.ts";
import { formatEntry } from "./conntrack/format.ts";
import { ConntrackLimits } from "./conntrack/settings.ts";
import { SCTP } from "./conntrack/tuple.ts";
import {
  type Family,
  HOOK_NAMES,
  type HookState,
  INPUT,
  type NetfilterHost,
  NF_ACCEPT,
  NF_DROP,
  NF_STOLEN,
  OUTPUT,
  POSTROUTING,
  PREROUTING,
  type TableName,
} from "./hooks.ts";
import { natBound, natHook, outputNeedsReroute } from "./nat/nat.ts";
import type { DeviceRef, Packet } from "./packet.ts";
import type { Rule } from "./rule.ts";
import { type Chain, Table } from "./table.ts";
import { runChain, walkChain } from "./traverse.ts";

/** `iptables-nft` and `iptables-legacy` keep rulesets of their own, which run side by side. */
export type Variant = "nft" | "legacy";

/** How deep chains may nest (NFT_JUMP_STACK_SIZE). */
const JUMP_STACK = 16;

/** One step of a hook, in the order of the kernel's priorities. */
type Step =
  | { readonly kind: "defrag" | "conntrack" | "confirm" | "nat" }
  | { readonly kind: "chain"; readonly table: TableName; readonly chain: Chain; readonly variant: Variant };

/** The table priorities before and after conntrack (−200) at each hook. */
const BEFORE_CONNTRACK: readonly TableName[] = ["raw"];

/**
 * Netfilter of one namespace and family: tables, connection tracking, NAT, and the way through them.
 *
 * Reading and changing: `table`, `makeTable`, `dropTable`, then the rule and chain methods, each atomic; or build
 * a `Table` apart and `commit` it. Everything that changes rules goes through here, so that loops are refused
 * and connection tracking starts when the first rule needs it.
 */
export class Netfilter {
  readonly host: NetfilterHost;
  readonly family: Family;
  readonly conntrack: Conntrack;
  private readonly variants: Record<Variant, Map<TableName, Table>> = { nft: new Map(), legacy: new Map() };
  /** Base chains in the order they were registered: among equals the later one goes first. */
  private registered: { table: Table; chain: Chain; variant: Variant }[] = [];
  /** Rules that need connection tracking, by table. */
  private readonly users = new Map<Table, number>();
  private trackers = 0;
  private wasTracking = false;
  /** Steps of each hook; null when a packet may pass unseen. */
  private readonly steps: (readonly Step[] | null)[] = [null, null, null, null, null];
  private readonly natChains: (readonly Chain[])[] = [[], [], [], [], []];
  private readonly states: HookState[] = [];
  private readonly views: View[] = [];
  private depth = 0;

  constructor(host: NetfilterHost, family: Family, limits: ConntrackLimits = new ConntrackLimits()) {
    this.host = host;
    this.family = family;
    this.conntrack = new Conntrack(host, limits);
  }

  // ── Tables ───────────────────────────────────────────────────────────────────────────────────────────

  /** The table, or undefined when nothing has used it yet. */
  table(name: TableName, variant: Variant = "nft"): Table | undefined {
    return this.variants[variant].get(name);
  }

  /** The tables in use, in the order they were made. */
  tables(variant: Variant = "nft"): Table[] {
    return [...this.variants[variant].values()];
  }

  /** Puts a table in place of the one of its name, all at once (iptables-restore's COMMIT). Refuses loops
   *  (ELOOP; nft: EMLINK, also for nesting beyond 16) and changes nothing then. Also what to call after rules
   *  or chains of a table in place were changed by hand. */
  commit(table: Table, variant: Variant = "nft"): void {
    this.validate(table, variant);
    const old = this.variants[variant].get(table.name);
    if (old !== undefined && old !== table) this.users.delete(old);
    this.variants[variant].set(table.name, table);
    let users = 0;
    for (const chain of table.chains.values()) {
      chain.changed();
      for (const rule of chain.rules) users += trackers(rule);
    }
    this.users.set(table, users);
    this.rebuild();
  }

  /** The table, made with its base chains when it was not there. Base chains it lacks are added. */
  makeTable(name: TableName, variant: Variant = "nft"): Table {
    const table = this.variants[variant].get(name);
    const whole = new Table(this.family, name);
    if (table === undefined) {
      this.commit(whole, variant);
      return whole;
    }
    let added = false;
    for (const [key, chain] of whole.chains)
      if (!table.chains.has(key)) {
        table.chains.set(key, chain);
        added = true;
      }
    if (added) this.rebuild();
    return table;
  }

  dropTable(name: TableName, variant: Variant = "nft"): void {
    const table = this.variants[variant].get(name);
    if (table === undefined) return;
    this.variants[variant].delete(name);
    this.users.delete(table);
    this.rebuild();
  }

  // ── Chains and rules of a table in place ─────────────────────────────────────────────────────────────

  /** Chains were added, removed or renamed in `table.chains`. Cheap; rules are not looked at. */
  chainsChanged(_table: Table): void {
    this.rebuild();
  }

  /** Inserts before `index` (from 0); at the end when `index` is undefined. */
  insertRule(table: Table, chain: Chain, rule: Rule, index?: number, variant: Variant = "nft"): void {
    const at = index ?? chain.rules.length;
    chain.insert(at, rule);
    try {
      if (jumps(rule) && !(chain.hook !== null && leadsNowhere(rule))) this.validate(table, variant);
    } catch (error) {
      chain.remove(at);
      throw error;
    }
    this.count(table, trackers(rule));
  }

  removeRule(table: Table, chain: Chain, index: number): void {
    this.count(table, -trackers(chain.remove(index)));
  }

  replaceRule(table: Table, chain: Chain, index: number, rule: Rule, variant: Variant = "nft"): void {
    const old = chain.rules[index];
    chain.replace(index, rule);
    try {
      if (jumps(rule)) this.validate(table, variant);
    } catch (error) {
      chain.replace(index, old);
      throw error;
    }
    this.count(table, trackers(rule) - trackers(old));
  }

  flushChain(table: Table, chain: Chain): void {
    let users = 0;
    for (const rule of chain.rules) users += trackers(rule);
    chain.flush();
    this.count(table, -users);
  }

  /** Zeroes the counters of a chain (policy and rules), or of one rule when `index` is given. */
  zero(chain: Chain, index?: number): void {
    if (index === undefined) chain.packets = chain.bytes = 0;
    const rules = index === undefined ? chain.rules : [chain.rules[index]];
    for (const rule of rules) rule.packets = rule.bytes = 0;
  }

  private count(table: Table, change: number): void {
    if (change === 0) return;
    this.users.set(table, (this.users.get(table) ?? 0) + change);
    this.trackers += change;
    if (this.trackers > 0 !== this.wasTracking) this.rebuild();
  }

  /** Loops and nesting, from the base chains on, as both the kernel's checkers look. */
  private validate(table: Table, variant: Variant): void {
    // The longest way down from a chain; a chain on the way down twice is a loop.
    const deepest = new Map<Chain, number>();
    const path = new Set<Chain>();
    const visit = (chain: Chain): number => {
      const known = deepest.get(chain);
      if (known !== undefined) return known;
      if (path.has(chain)) throw new KernelError(variant === "nft" ? "EMLINK" : "ELOOP");
      path.add(chain);
      let most = 0;
      for (const { action } of chain.rules)
        if (action.kind === "jump" || action.kind === "goto") most = Math.max(most, 1 + visit(action.chain));
      path.delete(chain);
      deepest.set(chain, most);
      return most;
    };
    for (const chain of table.chains.values())
      if (chain.hook !== null && visit(chain) >= JUMP_STACK && variant === "nft")
        throw new KernelError("EMLINK");
  }

  // ── Hooks ────────────────────────────────────────────────────────────────────────────────────────────

  /** True while connection tracking runs here. */
  get tracking(): boolean {
    return this.trackers > 0;
  }

  /** Something other than a rule needs connection tracking (or no longer does). */
  needConntrack(change: 1 | -1): void {
    this.outside += change;
    this.rebuild();
  }
  private outside = 0;

  /** Makes the steps of every hook anew. */
  private rebuild(): void {
    // Keep the order of registration: base chains that are new go to the end.
    const live: { table: Table; chain: Chain; variant: Variant }[] = [];
    const known = new Set<Chain>();
    const places = new Map<string, number>();
    for (const variant of ["nft", "legacy"] as const)
      for (const table of this.variants[variant].values())
        for (const chain of table.chains.values())
          if (chain.hook !== null) {
            known.add(chain);
            live.push({ table, chain, variant });
          }
    this.registered.forEach((r, i) => {
      places.set(`${r.variant} ${r.table.name} ${r.chain.name}`, i);
    });
    const place = (r: { table: Table; chain: Chain; variant: Variant }): number =>
      places.get(`${r.variant} ${r.table.name} ${r.chain.name}`) ?? this.registered.length;
    this.registered = live.sort((a, b) => place(a) - place(b));

    this.trackers = this.outside;
    for (const users of this.users.values()) this.trackers += users;
    const tracking = this.trackers > 0;
    if (tracking && !this.wasTracking) this.conntrack.resume();
    this.wasTracking = tracking;

    const natUsed = this.registered.some((r) => r.table.name === "nat");
    for (let hook = PREROUTING; hook <= POSTROUTING; hook++) {
      const steps: Step[] = [];
      const tables = (name: TableName): void => {
        for (const r of [...this.registered].reverse())
          if (r.table.name === name && r.chain.hook === HOOK_NAMES[hook])
            steps.push({ kind: "chain", table: name, chain: r.chain, variant: r.variant });
      };
      const entry = hook === PREROUTING || hook === OUTPUT;
      const exit = hook === POSTROUTING || hook === INPUT;
      if (tracking && entry) steps.push({ kind: "defrag" });
      for (const name of BEFORE_CONNTRACK) tables(name);
      if (tracking && entry) steps.push({ kind: "conntrack" });
      tables("mangle");
      this.natChains[hook] = [...this.registered]
        .reverse()
        .filter((r) => r.table.name === "nat" && r.chain.hook === HOOK_NAMES[hook])
        .map((r) => r.chain);
      if (natUsed && entry) steps.push({ kind: "nat" });
      tables("filter");
      tables("security");
      if (natUsed && exit) steps.push({ kind: "nat" });
      if (tracking && exit) steps.push({ kind: "confirm" });
      this.steps[hook] = steps.length === 0 ? null : steps;
    }
  }

  /** Sends a packet through a hook (nf_hook_slow). NF_ACCEPT: go on. NF_DROP: it is the caller's to drop, with
   *  `pkt.dropReason` set. NF_STOLEN: it is gone. */
  run(hook: number, pkt: Packet, inDevice: DeviceRef | null, outDevice: DeviceRef | null): number {
    const walk = this.host.walk;
    const steps = this.steps[hook];
    if (steps === null && walk === null) return NF_ACCEPT;
    if (walk !== null)
      walk.emit(this.host.name, {
        kind: "hook",
        packet: pkt.id,
        hook: HOOK_NAMES[hook],
        ...(inDevice === null ? {} : { in: inDevice.name }),
        ...(outDevice === null ? {} : { out: outDevice.name }),
      });
    if (steps === null) return NF_ACCEPT;
    // Targets may send packets of their own through here: each depth has its own state.
    const depth = this.depth++;
    if (depth === this.states.length) {
      this.states.push({
        hook,
        family: this.family,
        in: null,
        out: null,
        host: this.host,
        hotdrop: false,
        table: "filter",
        conntrack: this.conntrack,
      });
      this.views.push(new View());
    }
    const state = this.states[depth];
    state.hook = hook;
    state.in = inDevice;
    state.out = outDevice;
    try {
      for (let i = 0; i < steps.length; i++) {
        const verdict = this.step(steps[i], pkt, state, depth);
        if (verdict !== NF_ACCEPT) {
          if (verdict === NF_DROP && pkt.dropReason === "") pkt.dropReason = "NETFILTER_DROP";
          return verdict;
        }
      }
      return NF_ACCEPT;
    } finally {
      this.depth = depth;
      state.in = state.out = null;
    }
  }

  private step(step: Step, pkt: Packet, state: HookState, depth: number): number {
    switch (step.kind) {
      case "defrag":
        // nf_defrag_ipv4: connection tracking sees whole datagrams only.
        if ((u16(pkt.data, pkt.net + 6) & 0x3fff) === 0 || pkt.untracked) return NF_ACCEPT;
        return this.host.defragment4(pkt, state.hook) ? NF_ACCEPT : NF_STOLEN;
      case "conntrack":
        return this.track(pkt, state.hook);
      case "confirm":
        return this.conntrack.confirm(pkt);
      case "nat":
        return this.nat(pkt, state);
      case "chain":
        return this.filter(step.chain, step.table, pkt, state, depth);
    }
  }

  private track(pkt: Packet, hook: number): number {
    const seen = pkt.ct !== null || pkt.untracked;
    const verdict = this.conntrack.input(pkt, hook);
    const walk = this.host.walk;
    if (walk !== null) {
      const ct = pkt.ct;
      if (ct === null && !pkt.untracked && this.conntrack.settings.logInvalid !== 0)
        walk.emit(this.host.name, {
          kind: "not-modelled",
          packet: pkt.id,
          what: "the log line that net.netfilter.nf_conntrack_log_invalid asks for",
        });
      if (ct !== null && ct.original.protocol === SCTP)
        walk.emit(this.host.name, {
          kind: "not-modelled",
          packet: pkt.id,
          what: "connection tracking of SCTP's own states: it is tracked like an unknown protocol",
        });
      walk.emit(this.host.name, {
        kind: "conntrack",
        packet: pkt.id,
        state: verdict === NF_DROP ? "FULL" : trackState(pkt),
        ...(ct === null
          ? {}
          : {
              isNew: !seen && !ct.confirmed,
              direction: direction(pkt.ctinfo) === 0 ? "original" : "reply",
              entry: formatEntry(ct, this.conntrack),
            }),
      });
    }
    return verdict;
  }

  private nat(pkt: Packet, state: HookState): number {
    const verdict = natHook(pkt, state, this.natRules);
    // nf_nat_ipv4_local_fn: a local packet whose destination changed goes another way.
    if (
      verdict === NF_ACCEPT &&
      state.hook === OUTPUT &&
      outputNeedsReroute(pkt, state) &&
      !this.host.reroute4(pkt)
    )
      return NF_DROP;
    return verdict;
  }

  private readonly natRules = (pkt: Packet, state: HookState): number => {
    const ct = pkt.ct;
    const chains = this.natChains[state.hook];
    for (let i = 0; i < chains.length; i++) {
      const verdict = this.filter(chains[i], "nat", pkt, state, this.depth - 1);
      if (verdict !== NF_ACCEPT) return verdict;
      // A rule bound it: later chains of this place are not asked.
      if (ct !== null && natBound(ct, state.hook)) return NF_ACCEPT;
    }
    return NF_ACCEPT;
  };

  /** Runs one base chain; mangle's OUTPUT looks the route up again when it changed what routes depend on. */
  private filter(chain: Chain, table: TableName, pkt: Packet, state: HookState, depth: number): number {
    state.hotdrop = false;
    state.table = table;
    const view = this.views[depth];
    const reroutes = table === "mangle" && state.hook === OUTPUT;
    const { data, net } = pkt;
    const mark = pkt.mark;
    const tos = data[net + 1];
    view.read(pkt, state);
    const { src, dst } = view;
    const verdict =
      this.host.walk === null
        ? runChain(chain, this.family, table, pkt, state, view)
        : walkChain(chain, this.family, table, pkt, state, view, this.host.walk);
    if (verdict === NF_ACCEPT && reroutes) {
      view.read(pkt, state);
      if (pkt.mark !== mark || pkt.data[pkt.net + 1] !== tos || view.src !== src || view.dst !== dst)
        if (!this.host.reroute4(pkt)) return NF_DROP;
    }
    return verdict;
  }

  // ── What network/ tells ──────────────────────────────────────────────────────────────────────────────

  /** A device went down or away: connections masqueraded behind it end. */
  deviceDown(dev: DeviceRef): void {
    this.conntrack.deviceDown(dev.index);
  }

  /** An address was removed from a device: connections masqueraded to it end. */
  addressRemoved4(dev: DeviceRef, address: number): void {
    this.conntrack.addressRemoved(dev.index, address);
  }
}

/** NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED. */
export function trackState(pkt: Packet): "NEW" | "ESTABLISHED" | "RELATED" | "INVALID" | "UNTRACKED" {
  if (pkt.ct === null) return pkt.untracked ? "UNTRACKED" : "INVALID";
  switch (pkt.ctinfo) {
    case 2:
      return "NEW";
    case 1:
    case 4:
      return "RELATED";
    default:
      return "ESTABLISHED";
  }
}

const jumps = (rule: Rule): boolean => rule.action.kind === "jump" || rule.action.kind === "goto";

/** A jump to a chain without rules: it closes no loop, and brings no rule under a new hook. */
export const leadsNowhere = ({ action }: Rule): boolean =>
  (action.kind === "jump" || action.kind === "goto") && action.chain.rules.length === 0;

/** How many of a rule's extensions need connection tracking. */
function trackers(rule: Rule): number {
  let count = 0;
  for (const { match } of rule.matches) if (match.needsConntrack) count++;
  if (rule.action.kind === "target" && rule.action.bound.target.needsConntrack) count++;
  return count;
}
