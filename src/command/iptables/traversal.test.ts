import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ChainProgram } from "../../netfilter/compile/program.ts";
import { FORWARD, NF_ACCEPT, POSTROUTING, PREROUTING } from "../../netfilter/hooks.ts";
import { HEADROOM, Packet } from "../../netfilter/packet.ts";
import { device } from "../../netfilter/testing.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { bench } from "./testing.ts";

/**
 * Random rulesets (jumps, gotos, RETURN, policies, stateful matches) were loaded into a router on Linux 6.18 by
 * iptables-restore, of either kind, and packets sent through it; `saved` is what iptables-save -c said then.
 */
interface Case {
  variant: "nft" | "legacy";
  rules: string;
  packets: string[];
  saved: string;
}
const cases = JSON.parse(
  readFileSync(new URL("../../../test/recorded/traversal.json", import.meta.url), "utf8"),
) as Case[];
const [ra, rb] = [device(2, "ra"), device(3, "rb")];

function arrive(hex: string): Packet {
  const bytes = Buffer.from(hex, "hex");
  const data = new Uint8Array(HEADROOM + bytes.length);
  data.set(bytes, HEADROOM);
  const pkt = new Packet(1, data, HEADROOM, data.length, 0x0800);
  pkt.trans = HEADROOM + 20;
  pkt.iif = ra;
  return pkt;
}

const lines = (text: string): string[] =>
  text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .sort();

test.each(cases.flatMap((c, i) => (["linear", "indexed"] as const).map((mode) => [i, mode, c] as const)))(
  "counters are Linux's: recorded ruleset %i, %s",
  (_i, mode, { variant, rules, packets, saved }) => {
    const { netfilter, restoreAs, run } = bench();
    const suffix = variant === "legacy" ? "-legacy" : "";
    expect(restoreAs(`iptables${suffix}-restore`, rules)).toEqual({ status: 0, out: "", err: "" });
    if (mode === "indexed")
      for (const table of netfilter.tables(variant))
        for (const chain of table.chains.values()) {
          chain.program = new ChainProgram(chain, "ipv4", table.name);
          chain.program.buildIndex();
        }
    for (const hex of packets) {
      const pkt = arrive(hex);
      if (netfilter.run(PREROUTING, pkt, ra, null) !== NF_ACCEPT) continue;
      ipv4.setTtl(pkt.data, pkt.net, ipv4.ttl(pkt.data, pkt.net) - 1);
      if (netfilter.run(FORWARD, pkt, ra, rb) === NF_ACCEPT) netfilter.run(POSTROUTING, pkt, ra, rb);
    }
    expect(lines(run(`iptables${suffix}-save`, "-c").out)).toEqual(lines(saved));
  },
);
