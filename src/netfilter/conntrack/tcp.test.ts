import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { POSTROUTING, PREROUTING } from "../hooks.ts";
import { Netfilter, trackState } from "../netfilter.ts";
import { TestHost, tcpPacket } from "../testing.ts";
import { IPS_ASSURED, IPS_SEEN_REPLY } from "./connection.ts";
import { TCP_STATE_NAMES } from "./tcp/states.ts";

/**
 * Segments in random order and shape were sent through a router with connection tracking on Linux 6.18 (raw
 * sockets on both sides whose own TCP was kept silent); after each one the counters of four rules
 * (--ctstate NEW, ESTABLISHED, RELATED, INVALID) and /proc/net/nf_conntrack were read.
 */
type Step = [
  dir: number,
  flags: number,
  seq: number,
  ack: number,
  window: number,
  options: string,
  length: number,
  ctstate: string,
  state?: string,
  left?: number,
  unreplied?: boolean,
  assured?: boolean,
];
interface Case {
  settings: { tcpBeLiberal?: number; tcpLoose?: number };
  sport: number;
  steps: Step[];
}
const cases = JSON.parse(
  readFileSync(new URL("../../../test/recorded/conntrack-tcp.json", import.meta.url), "utf8"),
) as Case[];
const [A, B] = ["10.0.1.2", "10.0.2.2"];

describe("TCP tracking answers as Linux 6.18 did", () => {
  test.each(cases.map((c, i) => [i, c] as const))("recorded sequence %i", (_i, c) => {
    const nf = new Netfilter(new TestHost(), "ipv4");
    nf.needConntrack(1);
    Object.assign(nf.conntrack.settings, c.settings);
    c.steps.forEach(
      ([dir, flags, seq, ack, window, options, length, ctstate, state, left, unreplied, assured], n) => {
        const [src, sport, dst, dport] = dir === 0 ? [A, c.sport, B, 80] : [B, 80, A, c.sport];
        const pkt = tcpPacket(src, sport, dst, dport, flags, {
          seq,
          ack,
          window,
          options: Uint8Array.from(Buffer.from(options, "hex")),
          length,
        });
        nf.run(PREROUTING, pkt, null, null);
        const answer: unknown[] = [n, trackState(pkt)];
        nf.run(POSTROUTING, pkt, null, null);
        const ct = nf.conntrack.list()[0];
        if (ct !== undefined) {
          const names: readonly string[] = TCP_STATE_NAMES;
          answer.push(
            names[ct.tcp?.state ?? 0],
            !(ct.status & IPS_SEEN_REPLY),
            (ct.status & IPS_ASSURED) !== 0,
          );
          // The entry was read a moment later.
          expect(Math.abs(nf.conntrack.secondsLeft(ct) - (left ?? -9))).toBeLessThanOrEqual(2);
        }
        expect(answer).toEqual([n, ctstate, ...(state === undefined ? [] : [state, unreplied, assured])]);
      },
    );
  });
});
