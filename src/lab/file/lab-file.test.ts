import { describe, expect, test } from "vitest";
import { compileLab } from "./plan.ts";
import { LabFileError } from "./read.ts";
import { buildScript, wholeScript } from "./script.ts";

/** What is wrong with a file, a line each. */
function wrong(text: string): string[] {
  try {
    compileLab(text, "lab.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof LabFileError)) throw error;
    return error.message.split("\n");
  }
}

const TWO = "links: [[ann:eth0, bob:eth0]]\n";

describe("what is wrong with a lab file's form", () => {
  test.each<[string, string, string[]]>([
    ["no YAML", 'hosts:\n  ann: "x\n', ['lab.yaml:3:1: this is no YAML: missing closing "quote.']],
    [
      "a name twice in one map",
      "hosts:\n  ann:\n  ann:\n",
      ["lab.yaml:3:3: this name is here twice; keep one."],
    ],
    [
      "a list for a file",
      "- x\n",
      ["lab.yaml:1:1: a lab file is a map: hosts:, routers:, switches:, links:, run:."],
    ],
    [
      "a key's typing error",
      "hosts:\n  ann:\n    rutes: []\n",
      ['lab.yaml:3:5: hosts.ann has no "rutes". Did you mean "routes"?'],
    ],
    [
      "a key that is none",
      "containers: {}\n",
      ['lab.yaml:1:1: a lab has no "containers". It may have name, hosts, routers, switches, links, run.'],
    ],
    [
      "in one of a device's forms",
      "hosts: { ann: { devices: { eth0: { mtu: big, adresses: x } } } }\n",
      [
        'lab.yaml:1:41: hosts.ann.devices.eth0.mtu takes a number, not "big".',
        'lab.yaml:1:46: hosts.ann.devices.eth0 has no "adresses". Did you mean "addresses"?',
      ],
    ],
    [
      "a service without a command",
      "hosts: { ann: { services: [{ listens: 80 }] } }\n",
      ['lab.yaml:1:28: hosts.ann.services.0 needs "run".'],
    ],
    [
      "a name of a box",
      "hosts: { a b: {} }\n",
      ['lab.yaml:1:10: "a b" is no name for a box: letters, digits, - . and _, at most 63 of them.'],
    ],
    [
      "a name of a device",
      "hosts: { ann: { devices: { a-name-of-16-let: x } } }\n",
      [
        'lab.yaml:1:28: "a-name-of-16-let" is no name for a device: letters, digits, - . and _, at most 15 of them.',
      ],
    ],
    [
      "an end alone",
      "links:\n  - [ann:eth0]\n",
      ["lab.yaml:2:5: links.0.1 takes an end as BOX:DEVICE; here is nothing."],
    ],
    [
      "a third end",
      "hosts: { ann: , bob: }\nlinks:\n  - [ann:eth0, bob:eth0, ann:eth1]\n",
      ["lab.yaml:3:26: links.0 takes two ends; this is one more."],
    ],
    [
      "a command that hides in a route",
      'hosts: { ann: { routes: ["default; reboot"] } }\n',
      [
        'lab.yaml:1:26: hosts.ann.routes.0 takes plain words, without quotes or other signs of the shell, not "default; reboot".',
      ],
    ],
    [
      "a sysctl of the whole machine",
      "hosts: { ann: { sysctls: { kernel.panic: 1 } } }\n",
      ['lab.yaml:1:28: "kernel.panic" is no sysctl of a network namespace: their names begin with net..'],
    ],
  ])("%s", (_, text, lines) => expect(wrong(text)).toEqual(lines));
});

describe("what does not fit together", () => {
  test.each<[string, string, string[]]>([
    [
      "a name for two boxes",
      "hosts: { r: }\nrouters: { r: }\n",
      ['lab.yaml:2:12: "r" is one of the hosts already; names are for one box.'],
    ],
    [
      "a link to nobody",
      `hosts: { ann:, bobo: }\n${TWO}`,
      ['lab.yaml:2:20: there is no box "bob". Did you mean "bobo"?'],
    ],
    [
      "two links at one device",
      `hosts: { ann:, bob: }\nlinks:\n  - [ann:eth0, bob:eth0]\n  - [ann:eth1, bob:eth0]\n`,
      ["lab.yaml:4:16: bob:eth0 is an end of the link in line 3 already; a device has one link."],
    ],
    [
      "a link at lo",
      "hosts: { ann:, bob: }\nlinks: [[ann:lo, bob:eth0]]\n",
      [
        'lab.yaml:2:10: "lo" is no name for a link\'s device: letters, digits, - . and _, at most 15, not lo.',
      ],
    ],
    [
      "a device without a link",
      `hosts: { ann: { devices: { eth1: 10.0.0.1/24 } }, bob: }\n${TWO}`,
      ['lab.yaml:1:28: no link ends at eth1 of ann. Did you mean "eth0"?'],
    ],
    [
      "an address without its prefix",
      `hosts: { ann: { devices: { eth0: 10.0.0.1 } }, bob: }\n${TWO}`,
      [
        'lab.yaml:1:34: "10.0.0.1" is no address with its prefix length, such as 10.0.0.1/24: is it 10.0.0.1/24?',
      ],
    ],
    [
      "a bad address in a list",
      `hosts: { ann: { devices: { eth0: [10.0.0.1/24, 10.0.0.256/24] } }, bob: }\n${TWO}`,
      ['lab.yaml:1:48: "10.0.0.256/24" is no address with its prefix length, such as 10.0.0.1/24.'],
    ],
    [
      "an address twice",
      `hosts: { ann: { devices: { eth0: [10.0.0.1/24, 10.0.0.1/24] } }, bob: }\n${TWO}`,
      ["lab.yaml:1:48: 10.0.0.1/24 is here twice; the kernel takes it once."],
    ],
    [
      "a port that is none, and one of two bridges",
      `hosts: { ann: { devices: { a: { bridge: [eth0] }, b: { bridge: [eth0, eth9] } } }, bob: }\n${TWO}`,
      [
        "lab.yaml:1:65: eth0 is a port of a already; a device is in one bridge.",
        'lab.yaml:1:71: no link ends at eth9 of ann, so it cannot be a port. Did you mean "eth0"?',
      ],
    ],
    [
      "routes",
      `hosts:
  ann:
    devices: { eth0: 10.0.0.1/24 }
    routes:
      - default via 10.9.0.1
      - default via 10.0.0.300
      - 10.2.0.1/16 via 10.0.0.2
      - 10.2.0.0/16
      - everything via 10.0.0.2
      - 10.3.0.0/16 dev eth1
      - add default via 10.0.0.2
  bob:
${TWO}`,
      [
        'lab.yaml:5:9: route "default via 10.9.0.1": no device of ann has an address in a network with 10.9.0.1, so that gateway cannot be reached.',
        'lab.yaml:6:9: route "default via 10.0.0.300": "10.0.0.300" is no gateway\'s address, such as 10.0.0.1.',
        'lab.yaml:7:9: route "10.2.0.1/16 via 10.0.0.2": 10.2.0.1/16 has bits behind its prefix; the network is 10.2.0.0/16.',
        'lab.yaml:8:9: route "10.2.0.0/16": it needs a gateway (via 10.0.0.1), a device (dev eth0), or both.',
        'lab.yaml:9:9: route "everything via 10.0.0.2": "everything" is no destination: default, or a network such as 10.2.0.0/16.',
        'lab.yaml:10:9: route "10.3.0.0/16 dev eth1": ann has no device "eth1". Did you mean "eth0"?',
        'lab.yaml:11:9: route "add default via 10.0.0.2": write what follows `ip route add`, such as default via 10.0.0.1.',
      ],
    ],
    [
      "rules",
      "hosts:\n  ann:\n    iptables:\n      - -D INPUT 1\n      - -t net -A INPUT -j DROP\n  bob:\n    iptables: -A INPUT -j DROP\n",
      [
        'lab.yaml:4:9: "-D INPUT 1" is no rule: write -A, -I, -P or -N and what follows, with -t TABLE before it or not.',
        'lab.yaml:5:9: there is no table "net"; tables: raw, mangle, nat, filter, security.',
        "lab.yaml:7:15: this is no ruleset as iptables-save prints it: *filter, rules, COMMIT; or make it a list of rules.",
      ],
    ],
  ])("%s", (_, text, lines) => expect(wrong(text)).toEqual(lines));

  test("routes that the kernel takes are taken", () => {
    const routes = [
      "10.9.0.0/24 dev eth0",
      "default via 10.9.0.1",
      "10.4.0.0/16 via 10.200.0.1 dev eth0 onlink",
      "blackhole 10.5.0.0/16",
      "10.6.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.0.3",
      "10.7.0.1 via 10.0.0.2 table 7",
    ];
    const hosts = { ann: { devices: { eth0: "10.0.0.1/24" }, routes }, bob: {} };
    expect(wrong(JSON.stringify({ hosts, links: [["ann:eth0", "bob:eth0"]] }))).toEqual([]);
  });
});

const LAB = `
name: a lab
switches:
  sw:
hosts:
  ann:
    devices:
      eth0: { addresses: [10.0.0.1/24, 10.0.1.1/24], mac: 02:00:00:00:00:01, mtu: 1400 }
    routes: [default via 10.0.0.2]
    services:
      - { run: nc -lk 7, listens: 7 }
routers:
  r:
    devices: { lan: 10.0.0.2/24, lo: 192.0.2.1/32, spare: { up: false } }
    sysctls: { net.ipv4.ip_local_port_range: 2000 3000 }
    iptables:
      - -t nat -A POSTROUTING -o lan -j MASQUERADE
      - -A INPUT -j mine
      - -P FORWARD DROP
      - -N mine
links:
  - [ann:eth0, sw:p1]
  - [r:lan, sw:p2]
  - [r:spare, sw:p3]
run: |
  # the first line
  ip netns exec ann ping -c 1 10.0.0.2
`;

describe("a lab as commands", () => {
  const plan = compileLab(LAB, "lab.yaml");
  const box = (name: string) => plan.boxes.find((b) => b.name === name);
  const at = (text: string) => LAB.split("\n").findIndex((line) => line.includes(text)) + 1;

  test("namespaces, then links, then each box; a switch's ports are in its bridge", () => {
    expect(plan.links.map((c) => c.text)).toEqual([
      "netns add ann",
      "netns add r",
      "netns add sw",
      "link add eth0 netns ann type veth peer name p1 netns sw",
      "link add lan netns r type veth peer name p2 netns sw",
      "link add spare netns r type veth peer name p3 netns sw",
    ]);
    expect(box("sw")?.ip.map((c) => c.text)).toEqual([
      "link set lo up",
      "link add br0 type bridge",
      "link set p1 master br0",
      "link set p2 master br0",
      "link set p3 master br0",
      "link set p1 up",
      "link set p2 up",
      "link set p3 up",
      "link set br0 up",
    ]);
    expect(box("ann")?.ip.map((c) => c.text)).toEqual([
      "link set lo up",
      "link set eth0 address 02:00:00:00:00:01",
      "link set eth0 mtu 1400",
      "addr add 10.0.0.1/24 dev eth0",
      "addr add 10.0.1.1/24 dev eth0",
      "link set eth0 up",
      "route add default via 10.0.0.2",
    ]);
    expect(box("r")?.ip.map((c) => c.text)).toEqual([
      "link set lo up",
      "addr add 10.0.0.2/24 dev lan",
      "link set lan up",
      "addr add 192.0.2.1/32 dev lo",
    ]);
  });

  test("a router forwards; a list of rules is one ruleset, its chains first", () => {
    expect(box("r")?.sysctls.map(({ key, value }) => `${key}=${value}`)).toEqual([
      "net.ipv4.ip_forward=1",
      "net.ipv4.ip_local_port_range=2000 3000",
    ]);
    expect(box("r")?.rules?.lines).toEqual([
      "*nat",
      "-A POSTROUTING -o lan -j MASQUERADE",
      "COMMIT",
      "*filter",
      ":FORWARD DROP [0:0]",
      ":mine - [0:0]",
      "-A INPUT -j mine",
      "COMMIT",
    ]);
  });

  test("each command knows its line of the file", () => {
    const route = box("ann")?.ip.at(-1);
    expect(route?.line).toBe(at("default via"));
    expect(box("r")?.rules?.from).toEqual(
      ["-t nat", "-t nat", "-t nat", "-A INPUT", "-P FORWARD", "-N mine", "-A INPUT", "-N mine"].map(at),
    );
    expect(plan.run?.line).toBe(at("# the first line"));
    const script = buildScript(plan);
    const line = script.text.split("\n").indexOf("ip -n ann link set eth0 mtu 1400");
    expect(script.from[line]).toBe(at("mtu: 1400"));
  });

  test("a ruleset as text keeps its lines", () => {
    const text = "hosts:\n  ann:\n    iptables: |\n      *filter\n      -A INPUT -j DROP\n      COMMIT\n";
    expect(compileLab(text, "x").boxes[0].rules).toEqual({
      lines: ["*filter", "-A INPUT -j DROP", "COMMIT"],
      from: [4, 5, 6],
    });
  });

  test("JSON says the same as YAML", () => {
    const json = compileLab('{"hosts":{"ann":{"devices":{"lo":"10.0.0.1/32"}}}}', "x.json");
    expect(json.boxes).toEqual(
      compileLab("hosts: { ann: { devices: { lo: 10.0.0.1/32 } } }", "x").boxes.map((b) => b),
    );
  });

  test("the whole script ends in the file's own commands", () => {
    const script = wholeScript(plan, "lab.yaml");
    expect(script.startsWith("#!/bin/bash\n# a lab: what lab.yaml says, as commands.")).toBe(true);
    expect(script).toContain("\nip netns exec ann nc -lk 7 < /dev/null >> /tmp/ann.log 2>&1 &\n");
    expect(script).toContain("sysctl -qw net.ipv4.ip_local_port_range='2000 3000'\n");
    expect(script.endsWith("set +e\n# the first line\nip netns exec ann ping -c 1 10.0.0.2\n")).toBe(true);
  });
});
