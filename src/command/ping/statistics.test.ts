import { describe, expect, it } from "vitest";
import { Statistics, tripText } from "./statistics.ts";

describe("ping's numbers", () => {
  it("prints round trips with three significant digits above a millisecond", () => {
    expect([37, 999, 1004, 1005, 9994, 9995, 99949, 99950, 123456].map(tripText)).toEqual([
      "0.037",
      "0.999",
      "1.00",
      "1.01",
      "9.99",
      "10.0",
      "99.9",
      "100",
      "123",
    ]);
  });

  it("sums up as iputils does", () => {
    const s = new Statistics();
    for (const [sequence, trip] of [
      [1, 335],
      [2, 74],
    ]) {
      s.advance();
      s.received++;
      s.acknowledge(sequence);
      s.time(trip);
    }
    // Recorded: two probes to a host behind a router.
    expect(s.summary("10.2.0.2", 1009e6, true, false)).toBe(
      "\n--- 10.2.0.2 ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time 1009ms\nrtt min/avg/max/mdev = 0.074/0.204/0.335/0.130 ms\n",
    );
  });

  it("counts errors and the pipe", () => {
    const s = new Statistics();
    s.advance();
    s.advance();
    for (const sequence of [1, 2]) {
      s.acknowledge(sequence);
      s.errors++;
    }
    expect(s.summary("10.1.0.9", 1018e6, true, false)).toBe(
      "\n--- 10.1.0.9 ping statistics ---\n2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1018ms\npipe 2\n",
    );
  });
});
