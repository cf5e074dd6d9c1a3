import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { type LabRun, runFile } from "./support/lab.ts";

const STORY = fileURLToPath(new URL("../examples/virtual-router/story.sh", import.meta.url));

describe("the virtual router, as the article tells it", () => {
  let run: LabRun;
  /** Output between one headline of the story and the next. */
  let parts: Map<string, string>;

  beforeAll(() => {
    run = runFile(STORY, { walk: true });
    parts = new Map(run.stdout.split(/^── /m).map((part) => [part.split("\n")[0], part]));
  });
  const part = (start: string): string => {
    for (const [title, text] of parts) if (title.startsWith(start)) return text;
    throw new Error(`no part "${start}"`);
  };

  test("nothing complains but the first ping", () => {
    const said = run.stderr
      .split("\n")
      .filter((line) => line !== "" && !/^( {2}% Total|\s+Dload|[\s\d].*--:--:--|.*\]\s"GET)/.test(line));
    expect(said).toEqual(["ping: connect: Network is unreachable"]);
    expect(run.notices).toEqual([]);
    expect(run.status).toBe(0);
  });

  test("the mangle table has its five chains, empty", () => {
    expect(part("The mangle table")).toContain(
      [
        "Chain PREROUTING (policy ACCEPT)",
        "target     prot opt source               destination         ",
        "",
        "Chain INPUT (policy ACCEPT)",
      ].join("\n"),
    );
  });

  test("the second ping leaves and nothing comes back", () => {
    expect(part("A way")).toContain("1 packets transmitted, 0 received, 100% packet loss, time 0ms");
  });

  test("dmesg shows the article's sixteen lines, in its order", () => {
    const lines = part("A way")
      .split("\n")
      .filter((line) => line.includes("SRC=172.16.100.5"));
    expect(lines.map((line) => /\] (\w+:\w+:\w+):/.exec(line)?.[1])).toEqual([
      "boxA:OUTPUT:raw",
      "boxA:OUTPUT:mangle",
      "boxA:OUTPUT:nat",
      "boxA:OUTPUT:filter",
      "boxA:POSTROUTING:mangle",
      "boxA:POSTROUTING:nat",
      "router:PREROUTING:raw",
      "router:PREROUTING:mangle",
      "router:PREROUTING:nat",
      "router:FORWARD:mangle",
      "router:FORWARD:filter",
      "router:POSTROUTING:mangle",
      "router:POSTROUTING:nat",
      "boxB:PREROUTING:raw",
      "boxB:PREROUTING:mangle",
      "boxB:PREROUTING:nat",
    ]);
    const rest = lines.map((line) => line.replace(/^\[ *\d+\.\d{6}\] /, ""));
    expect(rest[0]).toMatch(
      /^boxA:OUTPUT:raw:IN= OUT=veth0 SRC=172\.16\.100\.5 DST=172\.16\.200\.5 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=\d+ DF PROTO=ICMP TYPE=8 CODE=0 ID=\d+ SEQ=1 $/,
    );
    expect(rest[9]).toMatch(
      /^router:FORWARD:mangle:IN=veth1 OUT=veth2 MAC=(?:[0-9a-f]{2}:){12}08:00 SRC=172\.16\.100\.5 DST=172\.16\.200\.5 LEN=84 TOS=0x00 PREC=0x00 TTL=63 /,
    );
    // Linux 6 shows the input device on POSTROUTING too, and with it the frame that came in.
    expect(rest[11]).toMatch(
      /^router:POSTROUTING:mangle:IN=veth1 OUT=veth2 MAC=(?:[0-9a-f]{2}:){12}08:00 SRC=/,
    );
  });

  test("SNAT lets it be answered; policies DROP lock boxA out; conntrack lets answers in", () => {
    expect(part("SNAT")).toContain("64 bytes from 172.16.200.5: icmp_seq=1 ttl=63 time=");
    expect(part("A firewall")).toContain("0 received, 100% packet loss");
    expect(part("Let boxA")).toContain("0 received, 100% packet loss");
    expect(part("Connection tracking")).toContain("1 received, 0% packet loss");
  });

  test("DNAT: curl on boxB gets the page from boxA", () => {
    expect(part("DNAT")).toContain("<html><body>Hello!</body></html>");
  });

  test("the packets die where, and why, the article says", () => {
    const deaths = run.events.filter((e) => e.kind === "drop").map((e) => `${e.ns} ${e.reason}`);
    expect(deaths).toEqual(["boxB IP_RPFILTER", "router NETFILTER_DROP", "router NETFILTER_DROP"]);
    const refused = run.events.filter((e) => e.kind === "refused");
    expect(refused).toMatchObject([
      { ns: "boxA", dst: "172.16.200.5", errno: "ENETUNREACH", why: "no-route" },
    ]);
  });

  test("the nat table is not asked for the answer", () => {
    const asked = run.events.filter((e) => e.kind === "verdict" && e.ns === "router" && e.table === "nat");
    const translated = run.events.filter((e) => e.kind === "nat" && e.reply);
    expect(asked.length).toBeGreaterThan(0);
    expect(translated[0]).toMatchObject({
      ns: "router",
      manip: "dst",
      from: "172.16.200.1",
      to: "172.16.100.5",
    });
  });

  test("the same seed gives the same bytes", () => {
    const again = runFile(STORY);
    expect(again.stdout).toBe(run.stdout);
    expect(again.stderr).toBe(run.stderr);
    expect(runFile(STORY, { seed: 2 }).stdout).not.toBe(run.stdout);
  });
});
