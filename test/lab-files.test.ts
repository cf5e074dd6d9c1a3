import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLab, readLabFile } from "../src/cli/lab-file.ts";
import type { Engine } from "../src/engine/engine.ts";
import { KernelEngine } from "../src/engine/kernel/engine.ts";
import { SimulatedEngine } from "../src/engine/simulated/engine.ts";
import { diskFolder } from "../src/lab/disk-folder.ts";
import { HAS_KERNEL, ROOT } from "./kernel-engine/support.ts";

const folder = mkdtempSync(join(tmpdir(), "packetwalk-labs-"));
writeFileSync(join(folder, "index.html"), "hello\n");
afterAll(() => rmSync(folder, { recursive: true }));

const simulated = async () => new SimulatedEngine({ folders: [diskFolder(folder)] });
const kernel = () => KernelEngine.open({ folders: [folder] });

/** A lab with some of everything that a file may say. */
const LAB = `
switches:
  sw:
  edge:
    devices: { br0: 10.1.0.250/24 }
hosts:
  ann:
    devices: { eth0: [10.1.0.10/24, 10.1.9.10/24] }
    routes: [default via 10.1.0.1, blackhole 10.66.0.0/16]
  bob:
    devices: { eth0: { addresses: 10.1.0.20/24, mac: 02:00:00:00:00:20, mtu: 1400 } }
    routes: [default via 10.1.0.1 metric 7]
    iptables: |
      *raw
      :PREROUTING ACCEPT [0:0]
      -A PREROUTING -p udp -j NOTRACK
      COMMIT
  web:
    devices: { eth0: 10.2.0.10/24 }
    routes: [10.0.0.0/8 via 10.2.0.1]
    services: [{ run: python3 -m http.server 80, listens: 80 }]
routers:
  r:
    devices:
      lan: 10.1.0.1/24
      dmz: { bridge: [p1, p2], addresses: 10.2.0.1/24 }
      spare: { addresses: 10.3.0.1/24, up: false }
      lo: 192.0.2.1/32
    rules: [from 10.1.0.20 table 5 priority 100]
    routes: [10.4.0.0/16 via 10.2.0.10, default via 10.2.0.10 table 5]
    sysctls: { net.ipv4.conf.lan.rp_filter: 1, net.ipv4.ip_local_port_range: 20000 30000 }
    iptables:
      - -P FORWARD DROP
      - -N web
      - -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      - -A FORWARD -i lan -p tcp -m multiport --dports 80,443 -j web
      - -A FORWARD -i lan -p icmp -m icmp --icmp-type echo-request -m comment --comment "may ping" -j ACCEPT
      - '-A FORWARD ! -i lan -s 10.2.0.0/24 -m limit --limit 5/min -j LOG --log-prefix "out: "'
      - -A web -d 10.2.0.10 -j ACCEPT
      - -A web -p tcp -j REJECT --reject-with tcp-reset
      - -t nat -A PREROUTING -i lan -p tcp --dport 8080 -j DNAT --to-destination 10.2.0.10:80
      - -t nat -A POSTROUTING -o dmz -j MASQUERADE
      - -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
links:
  - [ann:eth0, sw:p1]
  - [bob:eth0, sw:p2]
  - [r:lan, sw:p3]
  - [r:p1, web:eth0]
  - [r:p2, edge:p1]
  - [r:spare, edge:p2]
`;

/**
 * What the lab has become: the tools' answers, without what chance or the machine decides. Policies' counters count
 * the kernel's own IGMP reports, which it sends when it likes.
 */
const LOOK = `
for ns in $(ip netns list | sed 's/ .*//' | sort); do
  echo "== $ns"
  ip netns exec $ns iptables-save | sed '/^#/d; s/ \\[[0-9:]*\\]$//'
  ip -n $ns rule
  ip netns exec $ns sysctl net.ipv4.ip_forward net.ipv4.ip_local_port_range net.ipv4.conf.all.rp_filter
  ip netns exec $ns sysctl -a 2>/dev/null | grep '^net.ipv4.conf.*rp_filter'
  echo "@json"
  ip -n $ns -4 -j route show table all; ip -n $ns -j addr; ip -n $ns -d -j link
done
# What iptables wrote, iptables goes on with.
ip netns exec r iptables -A FORWARD -i dmz -p udp --dport 53 -j ACCEPT && ip netns exec r iptables -D web 2
ip netns exec r iptables-save | sed '/^#/d; s/ \\[[0-9:]*\\]$//'
ip netns exec r iptables -t nat -S
ip netns exec ann curl -s -o /dev/null -w '%{http_code}\\n' 10.2.0.10
`;

type Json = Record<string, unknown>;

/** Of each device: what the file decides. */
function device(d: Json): Json {
  const { ifindex, ifname, link_index, flags, mtu, master, operstate, address, linkinfo } = d;
  const inet = ((d.addr_info as Json[] | undefined) ?? []).filter((a) => a.family === "inet");
  const kind = (linkinfo as Json | undefined)?.info_kind;
  const fixed = String(address).startsWith("02:00:00:00:00:20") ? address : undefined;
  return { ifindex, ifname, link_index, flags, mtu, master, operstate, fixed, kind, inet };
}

async function look(engine: Engine): Promise<string> {
  let out = "";
  const job = engine.start({
    argv: ["bash", "-c", LOOK],
    output: (bytes) => {
      out += Buffer.from(bytes).toString();
    },
  });
  await job.done;
  return out.replace(/^\[.*\]$/gm, (line) => {
    const all = JSON.parse(line) as Json[];
    return JSON.stringify(
      all.map((entry) => ("ifname" in entry ? device(entry) : entry)),
      null,
      1,
    );
  });
}

async function built(engine: Engine, text: string): Promise<string | undefined> {
  const file = join(folder, "lab.yaml");
  writeFileSync(file, text);
  const failure = await buildLab(engine, readLabFile(file));
  return failure?.replaceAll(file, "lab.yaml");
}

const engines: [string, () => Promise<Engine>][] = [["simulated", simulated]];
if (HAS_KERNEL) engines.push(["kernel", kernel]);

describe.each(engines)("a lab file on the %s engine", (_, open) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  }, 120_000);
  afterAll(() => engine.close());

  const refused: [string, string, string][] = [
    [
      "a route",
      "hosts:\n  a1:\n    devices: { lo: 10.0.0.1/32 }\n    routes:\n      - blackhole 10.1.0.0/16\n      - blackhole 10.1.0.0/16\n",
      "lab.yaml:6: ip -n a1 route add blackhole 10.1.0.0/16\nRTNETLINK answers: File exists",
    ],
    [
      "a rule in a list",
      "hosts:\n  a2:\n    iptables:\n      - -A INPUT -p tcp -j ACCEPT\n      - -A INPUT --dprt 80 -j DROP\n",
      'lab.yaml:5: -A INPUT --dprt 80 -j DROP in a2\niptables-restore v1.8.9 (nf_tables): unknown option "--dprt"',
    ],
    [
      "a chain in a ruleset",
      "hosts:\n  a3:\n    iptables: |\n      *filter\n      -A INPUT -j ACCEPT\n      -A NOPE -j ACCEPT\n      COMMIT\n",
      "lab.yaml:6: -A NOPE -j ACCEPT in a3\niptables-restore: line 3 failed: No chain/target/match by that name.",
    ],
  ];
  test.each(refused)(
    "what is refused comes with its line: %s",
    async (_, text, said) => expect(await built(engine, text)).toBe(said),
    60_000,
  );
});

describe("the command line", () => {
  const packetwalk = (verb: string, lab: string, input = "") => {
    const file = join(folder, "given.yaml");
    writeFileSync(file, lab);
    const run = spawnSync(process.execPath, [join(ROOT, "bin/packetwalk.js"), verb, file, "one"], {
      encoding: "utf8",
      input,
    });
    const { status, stdout, stderr } = run;
    return { status, stdout, stderr: stderr.replaceAll(file, "given.yaml") };
  };

  test("runs what the file runs, in the file's folder, with what stands behind the file", () => {
    const lab = "hosts: { ann: }\nrun: |\n  ip netns list; cat index.html; echo $1; exit 3\n";
    expect(packetwalk("run", lab)).toEqual({ status: 3, stdout: "ann\nhello\none\n", stderr: "" });
  });

  test("a mistake in the file is status 2, what fails to build is 1; nothing of it runs", () => {
    expect(packetwalk("run", "hosts: { ann: { routs: [] } }\nrun: echo ran\n")).toEqual({
      status: 2,
      stdout: "",
      stderr: 'packetwalk: given.yaml:1:17: hosts.ann has no "routs". Did you mean "routes"?\n',
    });
    expect(
      packetwalk("walk", "hosts: { ann: { routes: [default dev lo, default dev lo] } }\nrun: echo ran\n"),
    ).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "packetwalk: given.yaml:1: ip -n ann route add default dev lo\nRTNETLINK answers: File exists\n",
    });
  });

  test("a shell opens on the lab", () => {
    const { stdout } = packetwalk(
      "shell",
      "routers: { r: }\n",
      "ip netns exec r cat /proc/sys/net/ipv4/ip_forward\n",
    );
    expect(stdout).toContain("1\n");
  });
});

describe("both engines", () => {
  let ours: string;
  beforeAll(async () => {
    const engine = await simulated();
    expect(await built(engine, LAB)).toBeUndefined();
    ours = await look(engine);
    await engine.close();
  });

  test("a service is ready when the lab is", () => expect(ours.trimEnd().split("\n").at(-1)).toBe("200"));

  test.runIf(HAS_KERNEL)(
    "build the same: rules, addresses, routes, devices, sysctls",
    async () => {
      const engine = await kernel();
      try {
        expect(await built(engine, LAB)).toBeUndefined();
        expect(ours).toBe(await look(engine));
      } finally {
        await engine.close();
      }
    },
    120_000,
  );
});
