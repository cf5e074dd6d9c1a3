import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FORWARD, NF_ACCEPT, POSTROUTING, PREROUTING } from "../../netfilter/hooks.ts";
import { HEADROOM, Packet } from "../../netfilter/packet.ts";
import { device } from "../../netfilter/testing.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { bench } from "./testing.ts";

/**
 * Packets of both sides (TCP, UDP, echoes, answers to what came through, ICMP errors about it) were sent through
 * a router on Linux 6.18 with random nat rules, and what came out on the other side was captured. A step is
 * [sender, packet, receiver, packet as it arrived]; the last two are absent when nothing came through.
 */
interface Case {
  rules: string;
  steps: [from: string, sent: string, to?: string, arrived?: string][];
}
const cases = JSON.parse(
  readFileSync(new URL("../../../test/recorded/nat.json", import.meta.url), "utf8"),
) as Case[];
const [ra, rb] = [device(2, "ra"), device(3, "rb")];
const OWN = [0x0a000101, 0x0a000201];

test.each(cases.map((c, i) => [i, c] as const))(
  "translated byte for byte as by Linux: recording %i",
  (_i, c) => {
    const { netfilter, restore, host } = bench();
    Object.assign(host, { selectAddress4: (dev: unknown) => OWN[dev === rb ? 1 : 0] });
    expect(restore(c.rules)).toEqual({ status: 0, out: "", err: "" });
    for (const [from, sent, to, arrived] of c.steps) {
      const bytes = Buffer.from(sent, "hex");
      const data = new Uint8Array(HEADROOM + bytes.length);
      data.set(bytes, HEADROOM);
      const pkt = new Packet(1, data, HEADROOM, data.length, 0x0800);
      pkt.trans = HEADROOM + 20;
      const input = from === "a" ? ra : rb;
      pkt.iif = input;
      const forwarded = (): string | undefined => {
        if (netfilter.run(PREROUTING, pkt, input, null) !== NF_ACCEPT) return undefined;
        const dst = ipv4.dst(data, pkt.net);
        if (OWN.includes(dst)) return undefined;
        const output = dst >>> 8 === 0x0a0001 ? ra : rb;
        ipv4.setTtl(data, pkt.net, ipv4.ttl(data, pkt.net) - 1);
        if (netfilter.run(FORWARD, pkt, input, output) !== NF_ACCEPT) return undefined;
        if (netfilter.run(POSTROUTING, pkt, input, output) !== NF_ACCEPT) return undefined;
        return `${output === ra ? "a" : "b"} ${Buffer.from(data.subarray(pkt.net)).toString("hex")}`;
      };
      expect(forwarded()).toBe(to === undefined ? undefined : `${to} ${arrived}`);
    }
  },
);
