import { Random } from "../../base/random.ts";
import type { HookState, NetfilterHost } from "../../netfilter/hooks.ts";
import { Netfilter, type Variant } from "../../netfilter/netfilter.ts";
import type { WalkStep } from "../../walk/event.ts";
import { iptables, iptablesRestore, iptablesSave } from "./run.ts";
import type { Tool } from "./tool.ts";

/** What a run printed and answered. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** 23 November 2026, 01:43:10 UTC. */
export const DATE = 1_795_398_190e9;

/** A namespace's netfilter without a network round it, for unit tests of rules. */
export function bench(): {
  netfilter: Netfilter;
  host: NetfilterHost & { log: string[]; steps: WalkStep[]; time: number };
  run(name: string, ...args: string[]): Outcome;
  restore(input: string, ...args: string[]): Outcome;
  restoreAs(name: string, input: string, ...args: string[]): Outcome;
  state(hook: number): HookState;
} {
  const log: string[] = [];
  const steps: WalkStep[] = [];
  let packets = 0;
  const host = {
    log,
    steps,
    time: 0,
    name: "test",
    clock: {
      get now() {
        return host.time;
      },
      epoch: DATE,
      at: () => ({ at: 0, pending: false, cancel() {} }),
      after: () => ({ at: 0, pending: false, cancel() {} }),
      charge() {},
    },
    random: new Random(1),
    walk: null,
    nextPacketId: () => ++packets,
    netfilterLog: (level: number, line: string) => log.push(`<${level}>${line}`),
    printk: (level: number, line: string) => log.push(`<${level}>${line}`),
    addressType4: () => "UNICAST",
    selectAddress4: () => 0,
    icmpError4() {},
    sendLocal4() {},
    reroute4: () => true,
    defragment4: () => true,
  } as unknown as NetfilterHost & { log: string[]; steps: WalkStep[]; time: number };
  const netfilter = new Netfilter(host, "ipv4");

  const tool = (name: string, out: string[], err: string[]): Tool => {
    const legacy = name.includes("legacy");
    return {
      program: name === "iptables-nft" ? "iptables" : legacy ? name.replace("-legacy", "") : name,
      variant: (legacy ? "legacy" : "nft") as Variant,
      family: "ipv4",
      netfilter,
      hosts: {
        resolve: (host) => (host === "localhost" ? [0x7f000001] : /^0x/.test(host) ? [Number(host)] : []),
        nameOf: (address) => (address === 0x7f000001 ? "localhost" : undefined),
      },
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      date: DATE,
    };
  };
  const outcome = (run: (out: string[], err: string[]) => number): Outcome => {
    const out: string[] = [];
    const err: string[] = [];
    const status = run(out, err);
    return { status, out: out.join(""), err: err.join("") };
  };
  const restoreAs = (name: string, input: string, ...args: string[]) =>
    outcome((out, err) => {
      const read = { next: () => ({ done: true, value: input }) } as unknown as Generator<
        never,
        string,
        number
      >;
      const text = { ...read, [Symbol.iterator]: () => read } as unknown as Generator<never, string, number>;
      const running = iptablesRestore(tool(name, out, err), [name, ...args], () => text);
      return running.next().value as number;
    });
  return {
    netfilter,
    host,
    run: (name, ...args) =>
      outcome((out, err) =>
        name.endsWith("save")
          ? iptablesSave(tool(name, out, err), [name, ...args], () => {})
          : iptables(tool(name, out, err), [name, ...args]),
      ),
    restore: (input, ...args) => restoreAs("iptables-restore", input, ...args),
    restoreAs,
    state: (hook) => ({
      hook,
      family: "ipv4",
      in: null,
      out: null,
      host,
      hotdrop: false,
      table: "filter",
      conntrack: netfilter.conntrack,
    }),
  };
}
