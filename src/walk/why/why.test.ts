import { describe, expect, test } from "vitest";
import type { WalkEvent, WalkStep } from "../event.ts";
import { LabMemory } from "../memory.ts";
import { StoryTeller } from "../story.ts";
import { explainDeath, explainRefused } from "./index.ts";

/** A lab told by hand: `[namespace, step]` in order. */
function tell(steps: readonly (readonly [string, WalkStep])[]) {
  const lab = new LabMemory();
  const teller = new StoryTeller();
  let last: WalkEvent | undefined;
  steps.forEach(([ns, step], i) => {
    const event = { seq: i + 1, time: i * 1000, ns, ...step } as WalkEvent;
    lab.tell(event);
    teller.tell(event);
    last = event;
  });
  const why = () => {
    if (last?.kind !== "drop") throw new Error("the last step is to be a drop");
    const story = teller.packets.get(last.packet);
    if (!story) throw new Error("no story");
    return explainDeath({ story, drop: last, lab, packets: teller.packets });
  };
  return { lab, teller, why, last };
}

const ROUTER: readonly (readonly [string, WalkStep])[] = [
  ["host", { kind: "netns", op: "add", name: "boxA", forward: 0 }],
  ["host", { kind: "netns", op: "add", name: "router", forward: 0 }],
  ["host", { kind: "netns", op: "add", name: "boxB", forward: 0 }],
  ["boxA", { kind: "address", op: "add", dev: "veth0", address: "172.16.100.5/24" }],
  ["router", { kind: "address", op: "add", dev: "veth1", address: "172.16.100.1/24" }],
  ["router", { kind: "address", op: "add", dev: "veth2", address: "172.16.200.1/24" }],
  ["boxB", { kind: "address", op: "add", dev: "veth3", address: "172.16.200.5/24" }],
  ["boxA", { kind: "link", dev: "veth0", op: "up" }],
  ["boxB", { kind: "link", dev: "veth3", op: "up" }],
];

const headers = {
  family: "ipv4" as const,
  src: "172.16.100.5",
  dst: "172.16.200.5",
  protocol: "icmp",
  length: 84,
  ttl: 64,
  summary: "ICMP echo request, id 7, seq 1, length 64",
};
const born = (packet: number, extra: object = {}): WalkStep => ({
  kind: "born",
  packet,
  by: "socket",
  process: "ping",
  headers: { ...headers, ...extra },
});

describe("no route", () => {
  test("at the sender: the cure names the router on its link", () => {
    const { lab } = tell(ROUTER);
    const event = {
      seq: 99,
      time: 0,
      ns: "boxA",
      kind: "refused" as const,
      dst: "172.16.200.5",
      errno: "ENETUNREACH",
      why: "no-route",
    };
    const d = explainRefused(event, lab);
    expect(d.reason).toBe("ENETUNREACH");
    expect(d.why).toContain("boxA has no route to 172.16.200.5");
    expect(d.cures[0].command).toBe("ip netns exec boxA ip route add default via 172.16.100.1");
  });

  test("to 127.0.0.1: lo is down", () => {
    const { lab } = tell(ROUTER);
    const event = {
      seq: 99,
      time: 0,
      ns: "boxA",
      kind: "refused" as const,
      dst: "127.0.0.1",
      errno: "ENETUNREACH",
      why: "no-route",
    };
    const d = explainRefused(event, lab);
    expect(d.why).toContain("lo is down");
    expect(d.cures[0].command).toBe("ip netns exec boxA ip link set lo up");
  });

  test("back: the reverse path check, with a return route and SNAT as cures", () => {
    const { why } = tell([
      ...ROUTER,
      ["boxA", born(1)],
      ["boxA", { kind: "transmit", packet: 1, dev: "veth0" }],
      ["router", { kind: "receive", packet: 1, dev: "veth1", headers }],
      ["router", { kind: "transmit", packet: 1, dev: "veth2" }],
      ["boxB", { kind: "receive", packet: 1, dev: "veth3", headers }],
      ["boxB", { kind: "rpfilter", packet: 1, ok: false, mode: 2, dev: "veth3", src: "172.16.100.5" }],
      ["boxB", { kind: "drop", packet: 1, reason: "IP_RPFILTER", where: "reverse path check" }],
    ]);
    const d = why();
    expect(d.why).toContain("boxB has no route back to 172.16.100.5");
    expect(d.why).toContain("rp_filter = 2 on veth3");
    const commands = d.cures.map((c) => c.command);
    expect(commands).toContain("ip netns exec boxB ip route add 172.16.100.0/24 via 172.16.200.1");
    expect(commands).toContain(
      "ip netns exec router iptables -t nat -A POSTROUTING -o veth2 -j SNAT --to 172.16.200.1",
    );
  });
});

describe("forwarding is off", () => {
  const dies = (steps: readonly (readonly [string, WalkStep])[]) =>
    tell([
      ...steps,
      ["boxA", born(1)],
      ["router", { kind: "receive", packet: 1, dev: "veth1", headers }],
      ["router", { kind: "route", packet: 1, dst: "172.16.200.5", result: "unreachable" }],
      [
        "router",
        {
          kind: "drop",
          packet: 1,
          reason: "IP_INADDRERRORS",
          where: "route",
          facts: { forwarding: 0, dev: "veth1" },
        },
      ],
    ]).why();

  test("nowhere written", () => {
    const d = dies(ROUTER);
    expect(d.why).toContain("router does not forward");
    expect(d.cures[0].command).toBe("ip netns exec router sysctl -w net.ipv4.ip_forward=1");
  });

  test("written on the host after the namespace was made", () => {
    const d = dies([
      ...ROUTER,
      ["host", { kind: "sysctl", key: "net.ipv4.ip_forward", value: "1", old: "0" }],
    ]);
    expect(d.why).toContain("after router had been made");
  });

  test("written in another namespace", () => {
    const d = dies([
      ...ROUTER,
      ["boxB", { kind: "sysctl", key: "net.ipv4.ip_forward", value: "1", old: "0" }],
    ]);
    expect(d.why).toContain("switched on in boxB");
  });
});

describe("the firewall", () => {
  const hook: WalkStep = { kind: "hook", packet: 1, hook: "FORWARD", in: "veth1", out: "veth2" };
  const policyDrop: WalkStep = {
    kind: "verdict",
    packet: 1,
    hook: "FORWARD",
    table: "filter",
    chain: "FORWARD",
    verdict: "DROP",
    policy: true,
    asked: 1,
  };
  const drop: WalkStep = { kind: "drop", packet: 1, reason: "NETFILTER_DROP", where: "hook FORWARD" };

  test("policy DROP: the narrowest rule that lets it through", () => {
    const d = tell([
      ...ROUTER,
      ["boxA", born(1)],
      ["router", hook],
      ["router", policyDrop],
      ["router", drop],
    ]).why();
    expect(d.why).toContain("The policy of FORWARD in router is DROP");
    expect(d.cures[0].command).toBe("ip netns exec router iptables -A FORWARD -i veth1 -p icmp -j ACCEPT");
  });

  test("an answer that nothing accepts", () => {
    const d = tell([
      ...ROUTER,
      ["boxB", born(1)],
      ["router", { kind: "conntrack", packet: 1, state: "ESTABLISHED", direction: "reply" }],
      ["router", hook],
      ["router", policyDrop],
      ["router", drop],
    ]).why();
    expect(d.why).toContain("nothing there accepts ESTABLISHED");
    expect(d.cures[0].command).toBe(
      "ip netns exec router iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
    );
  });

  test("DNAT done, FORWARD refuses the new destination", () => {
    const d = tell([
      ...ROUTER,
      ["boxB", born(1, { protocol: "tcp", src: "172.16.200.5", dst: "172.16.200.1", dport: 8800 })],
      [
        "router",
        { kind: "nat", packet: 1, manip: "dst", from: "172.16.200.1:8800", to: "172.16.100.5:8800" },
      ],
      ["router", { ...hook, in: "veth2", out: "veth1" }],
      ["router", policyDrop],
      ["router", drop],
    ]).why();
    expect(d.why).toContain("DNAT turned its destination 172.16.200.1:8800 into 172.16.100.5:8800");
    expect(d.cures[0].command).toBe(
      "ip netns exec router iptables -A FORWARD -i veth2 -p tcp -d 172.16.100.5 --dport 8800 -j ACCEPT",
    );
  });

  test("a rule's DROP: by number and text", () => {
    const d = tell([
      ...ROUTER,
      ["boxA", born(1)],
      ["router", hook],
      ["router", { ...policyDrop, policy: false, rule: 2, text: "-A FORWARD -p icmp -j DROP" } as WalkStep],
      ["router", drop],
    ]).why();
    expect(d.why).toContain("Rule 2 of FORWARD in router dropped it: -A FORWARD -p icmp -j DROP");
    expect(d.cures[0].command).toBe("ip netns exec router iptables -D FORWARD 2");
  });

  test("INVALID, dropped by a rule", () => {
    const d = tell([
      ...ROUTER,
      ["boxA", born(1)],
      ["router", { kind: "conntrack", packet: 1, state: "INVALID" }],
      ["router", hook],
      [
        "router",
        {
          ...policyDrop,
          policy: false,
          rule: 1,
          text: "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
        } as WalkStep,
      ],
      ["router", drop],
    ]).why();
    expect(d.why).toContain("INVALID");
  });

  test("INVALID, for nf_conntrack_tcp_loose is 0: the sysctl is a cure, and for a SYN it is not", () => {
    const cures = (flags: string, value: string) =>
      tell([
        ...ROUTER,
        ["router", { kind: "sysctl", key: "net.netfilter.nf_conntrack_tcp_loose", value } as WalkStep],
        ["boxA", born(1, { protocol: "tcp", flags })],
        ["router", { kind: "conntrack", packet: 1, state: "INVALID" }],
        ["router", hook],
        ["router", { ...policyDrop, policy: false, rule: 1, text: "-A FORWARD -j DROP" } as WalkStep],
        ["router", drop],
      ])
        .why()
        .cures.map((cure) => cure.command);
    const loose = "ip netns exec router sysctl -w net.netfilter.nf_conntrack_tcp_loose=1";
    expect(cures(".", "0")).toContain(loose);
    expect(cures(".", "1")).not.toContain(loose);
    expect(cures("S", "0")).not.toContain(loose);
  });

  test("the conntrack table is full", () => {
    const d = tell([
      ...ROUTER,
      ["boxA", born(1)],
      ["router", { ...drop, facts: { conntrack: "full", max: 16 } } as WalkStep],
    ]).why();
    expect(d.why).toContain("nf_conntrack_max = 16");
  });
});

describe("the link and the end", () => {
  const dies = (
    drop: Omit<Extract<WalkStep, { kind: "drop" }>, "kind" | "packet">,
    ns = "router",
    extra: object = {},
  ) => tell([...ROUTER, ["boxA", born(1, extra)], [ns, { kind: "drop", packet: 1, ...drop }]]).why();

  test("nobody answers ARP", () => {
    const d = dies({
      reason: "NEIGH_FAILED",
      where: "neighbour",
      facts: { dev: "veth2", address: "172.16.200.9" },
    });
    expect(d.why).toContain("Nobody on router's link veth2 answers its ARP requests for 172.16.200.9");
    expect(d.why).toContain("No namespace of the lab has that address");
  });

  test("a device that is down", () => {
    const d = dies(
      { reason: "DEV_READY", where: "device veth3", facts: { dev: "veth3", state: "down" } },
      "boxB",
    );
    expect(d.cures[0].command).toBe("ip netns exec boxB ip link set veth3 up");
  });

  test("TTL", () => {
    expect(dies({ reason: "IP_INHDR", where: "forward", facts: { ttl: 1 } }).why).toContain(
      "boxA sent it with TTL 64, too small for the way to 172.16.200.5",
    );
  });

  test("DF and MTU", () => {
    const d = dies({
      reason: "PKT_TOO_BIG",
      where: "forward",
      facts: { mtu: 1400, length: 1500, dev: "veth2" },
    });
    expect(d.why).toContain("1500 bytes long, veth2 takes 1400");
  });

  test("the other end of the cable takes less", () => {
    const d = dies({
      reason: "PKT_TOO_BIG",
      where: "device veth2",
      facts: { mtu: 1400, length: 1500, dev: "veth2", peer: "veth3", peerNs: "boxB" },
    });
    expect(d.why).toBe(
      "It is 1500 bytes long, and veth3 in boxB, the other end of veth2, takes 1400: the frame is lost, and nobody is told. The two ends of a cable must have the same MTU.",
    );
    expect(d.cures.map((c) => c.command)).toEqual([
      "ip netns exec boxB ip link set veth3 mtu 1500",
      "ip netns exec router ip link set veth2 mtu 1400",
    ]);
  });

  test("a closed port", () => {
    const d = dies({ reason: "NO_SOCKET", where: "tcp", facts: { protocol: "tcp", port: 80 } }, "boxB");
    expect(d.why).toContain("Nothing in boxB listens on tcp port 80");
  });

  test("a reason that nobody explains still says the kernel's name", () => {
    expect(dies({ reason: "TCP_OLD_DATA", where: "tcp" }).reason).toBe("TCP_OLD_DATA");
  });
});
