import { Exit, type Process, type Program } from "../../machine/process.ts";
import type { Device } from "../../network/device.ts";
import { FEATURES, type Feature } from "./features.ts";
import { ETHTOOL_HELP } from "./help.ts";

const BAD = "ethtool: bad command line argument(s)\nFor more information run ethtool -h\n";

/** What `ethtool -K` asked of a device, by feature; absent: as it was made. */
const wanted = new WeakMap<Device, Map<string, boolean>>();

/** -K's short names, and the features that each means, in the kernel's order. */
const GROUPS: Record<string, readonly string[]> = {
  rx: ["rx-checksumming"],
  tx: [
    "tx-checksum-ipv4",
    "tx-checksum-ip-generic",
    "tx-checksum-ipv6",
    "tx-checksum-fcoe-crc",
    "tx-checksum-sctp",
  ],
  sg: ["tx-scatter-gather", "tx-scatter-gather-fraglist"],
  tso: [
    "tx-tcp-segmentation",
    "tx-tcp-ecn-segmentation",
    "tx-tcp-mangleid-segmentation",
    "tx-tcp6-segmentation",
  ],
  gso: ["generic-segmentation-offload"],
  gro: ["generic-receive-offload"],
  lro: ["large-receive-offload"],
  rxvlan: ["rx-vlan-offload"],
  txvlan: ["tx-vlan-offload"],
  ntuple: ["ntuple-filters"],
  rxhash: ["receive-hashing"],
};

/** Features that need a checksum by the device (netdev_fix_features). */
const NEED_CHECKSUM = [...GROUPS["tso"], "tx-udp-segmentation"];

/** The order in which changes are told: the features' bits. */
const BITS = [
  "tx-scatter-gather",
  "tx-checksum-ipv4",
  "tx-checksum-ip-generic",
  "tx-checksum-ipv6",
  "tx-scatter-gather-fraglist",
  "tx-vlan-offload",
  "rx-vlan-offload",
  "generic-segmentation-offload",
  "generic-receive-offload",
  "large-receive-offload",
  ...GROUPS["tso"],
  "tx-udp-segmentation",
  "tx-checksum-fcoe-crc",
  "tx-checksum-sctp",
  "ntuple-filters",
  "receive-hashing",
  "rx-checksumming",
];

/** Names of bits where they differ from the lines of -k. */
const BIT_NAMES: Record<string, string> = {
  "rx-checksumming": "rx-checksum",
  "generic-segmentation-offload": "tx-generic-segmentation",
  "generic-receive-offload": "rx-gro",
  "large-receive-offload": "rx-lro",
  "rx-vlan-offload": "rx-vlan-hw-parse",
  "tx-vlan-offload": "tx-vlan-hw-insert",
  "ntuple-filters": "rx-ntuple-filter",
  "receive-hashing": "rx-hashing",
};

function original(dev: Device, feature: Feature): string {
  if (dev.isLoopback) return feature.loopback;
  return dev.kind === "bridge" ? feature.bridge : feature.veth;
}

/** One feature: what is in force, what was asked, and whether it can change. */
function state(dev: Device, name: string): { on: boolean; wanted: boolean; fixed: boolean } {
  const feature = FEATURES.find((f) => f.name === name);
  const made = feature ? original(dev, feature) : "0f";
  const fixed = made.includes("f");
  const asked = fixed ? made.startsWith("1") : (wanted.get(dev)?.get(name) ?? made.startsWith("1"));
  let on = asked;
  if (NEED_CHECKSUM.includes(name) && name !== "tx-checksum-ip-generic") {
    on &&= state(dev, "tx-checksum-ip-generic").on;
  }
  return { on, wanted: asked, fixed };
}

class Ethtool {
  private readonly proc: Process;

  constructor(proc: Process) {
    this.proc = proc;
  }

  bad(): never {
    this.proc.err(BAD);
    throw new Exit(1);
  }

  fail(text: string, status: number): never {
    this.proc.err(text);
    throw new Exit(status);
  }

  device(name: string | undefined, text: string, status: number): Device {
    if (name === undefined) this.bad();
    const dev = this.proc.net.links.byName(name);
    if (!dev) this.fail(text, status);
    return dev;
  }

  settings(name: string): number {
    const missing = "netlink error: no device matches name (offset 24)\nnetlink error: No such device\n";
    const dev = this.proc.net.links.byName(name);
    if (!dev) {
      this.proc.err(missing.repeat(5));
      this.proc.out("No data available\n");
      return 75;
    }
    const detected = `\tLink detected: ${dev.running ? "yes" : "no"}\n`;
    if (dev.isLoopback) {
      this.proc.out(`Settings for ${name}:\n${detected}`);
      return 0;
    }
    const veth = dev.kind === "veth";
    const dummy = dev.kind === "dummy";
    if (dummy) {
      this.proc.out(`Settings for ${name}:\n${detected}`);
      return 0;
    }
    this.proc.out(
      `Settings for ${name}:\n` +
        "\tSupported ports: [  ]\n" +
        "\tSupported link modes:   Not reported\n" +
        "\tSupported pause frame use: No\n" +
        "\tSupports auto-negotiation: No\n" +
        "\tSupported FEC modes: Not reported\n" +
        "\tAdvertised link modes:  Not reported\n" +
        "\tAdvertised pause frame use: No\n" +
        "\tAdvertised auto-negotiation: No\n" +
        "\tAdvertised FEC modes: Not reported\n" +
        // A bridge is as fast as the fastest of its running ports.
        (veth || dev.running ? "\tSpeed: 10000Mb/s\n" : "\tSpeed: Unknown!\n") +
        (veth ? "\tDuplex: Full\n" : "\tDuplex: Unknown! (255)\n") +
        "\tAuto-negotiation: off\n" +
        (veth ? "\tPort: Twisted Pair\n" : "\tPort: Other\n") +
        "\tPHYAD: 0\n\tTransceiver: internal\n" +
        (veth ? "\tMDI-X: Unknown\n" : "") +
        detected,
    );
    return 0;
  }

  driver(name: string | undefined): number {
    const dev = this.device(name, "Cannot get driver information: No such device\n", 71);
    if (dev.isLoopback) this.fail("Cannot get driver information: Operation not supported\n", 71);
    const bridge = dev.kind === "bridge";
    this.proc.out(
      `driver: ${dev.kind}\nversion: ${bridge ? "2.3" : "1.0"}\nfirmware-version: ${bridge ? "N/A" : ""}\n` +
        `expansion-rom-version: \nbus-info: ${bridge ? "N/A" : ""}\n` +
        `supports-statistics: ${dev.kind === "veth" ? "yes" : "no"}\nsupports-test: no\n` +
        "supports-eeprom-access: no\nsupports-register-dump: no\nsupports-priv-flags: no\n",
    );
    return 0;
  }

  private noDevice = "netlink error: no device matches name (offset 24)\nnetlink error: No such device\n";

  features(name: string | undefined): number {
    const dev = this.device(name, this.noDevice, 1);
    this.proc.out(`Features for ${dev.name}:\n`);
    FEATURES.forEach((feature, i) => {
      if (FEATURES[i + 1]?.indented && !feature.indented) {
        // A sum: on when one of those below it is.
        let on = false;
        for (let j = i + 1; FEATURES[j]?.indented; j++) on ||= state(dev, FEATURES[j].name).on;
        this.proc.out(`${feature.name}: ${on ? "on" : "off"}\n`);
        return;
      }
      const { on, wanted: asked, fixed } = state(dev, feature.name);
      const note = fixed ? " [fixed]" : asked !== on ? ` [requested ${asked ? "on" : "off"}]` : "";
      this.proc.out(`${feature.indented ? "\t" : ""}${feature.name}: ${on ? "on" : "off"}${note}\n`);
    });
    return 0;
  }

  change(name: string | undefined, words: readonly string[]): number {
    if (name === undefined) this.bad();
    const requests = new Map<string, boolean>();
    for (let i = 0; i < words.length; i += 2) {
      const value = words[i + 1];
      if (value !== "on" && value !== "off") {
        const shown = value === undefined ? "(null)" : value;
        this.fail(
          `ethtool (-K): flag '${shown}' for parameter '(null)' is not followed by 'on' or 'off'\n`,
          1,
        );
      }
      const group = GROUPS[words[i]] ?? FEATURES.filter((f) => f.name === words[i]).map((f) => f.name);
      if (group.length === 0) {
        this.device(name, this.noDevice, 92);
        this.fail(
          "netlink error: bit name not found (offset 52)\nnetlink error: Operation not supported\n",
          92,
        );
      }
      for (const feature of group) requests.set(feature, value === "on");
    }
    const dev = this.device(name, this.noDevice, 92);
    if (requests.size === 0) this.fail("Could not change any device features\n", 1);
    const before = new Map(BITS.map((bit) => [bit, state(dev, bit).on]));
    const asked = wanted.get(dev) ?? new Map<string, boolean>();
    for (const [feature, on] of requests) if (!state(dev, feature).fixed) asked.set(feature, on);
    wanted.set(dev, asked);
    dev.txChecksum = state(dev, "tx-checksum-ip-generic").on;
    const lines: string[] = [];
    let surprise = false;
    let changed = false;
    for (const bit of BITS) {
      const { on } = state(dev, bit);
      const request = requests.get(bit);
      const moved = on !== before.get(bit);
      changed ||= moved;
      if (request === undefined && !moved) continue;
      if (request !== undefined && request === on && !moved) continue;
      const note =
        request === undefined
          ? " [not requested]"
          : request !== on
            ? ` [requested ${request ? "on" : "off"}]`
            : "";
      // Turning off what is fixed off is no news; asking it to go on is.
      if (note !== "") surprise = true;
      lines.push(`${BIT_NAMES[bit] ?? bit}: ${on ? "on" : "off"}${note}\n`);
    }
    if (!changed && surprise) this.proc.err("Could not change any device features\n");
    if (surprise) this.proc.out(`Actual changes:\n${lines.join("")}`);
    return !changed && surprise ? 1 : 0;
  }

  statistics(name: string | undefined): number {
    const dev = this.device(name, "Cannot get stats strings information: No such device\n", 96);
    if (dev.kind !== "veth") this.fail("no stats available\n", 94);
    this.proc.out(`NIC statistics:\n     peer_ifindex: ${dev.peer?.index ?? 0}\n`);
    const rx = ["xdp_packets", "xdp_bytes", "drops", "xdp_redirect", "xdp_drops", "xdp_tx", "xdp_tx_errors"];
    for (const key of rx) this.proc.out(`     rx_queue_0_${key}: 0\n`);
    for (const key of ["xdp_xmit", "xdp_xmit_errors"]) this.proc.out(`     tx_queue_0_${key}: 0\n`);
    return 0;
  }

  channels(name: string | undefined): number {
    const dev = this.device(name, this.noDevice, 1);
    if (dev.kind !== "veth") this.fail("netlink error: Operation not supported\n", 1);
    this.proc.out(
      `Channel parameters for ${dev.name}:\nPre-set maximums:\nRX:\t\t2\nTX:\t\t2\nOther:\t\tn/a\nCombined:\tn/a\n` +
        "Current hardware settings:\nRX:\t\t1\nTX:\t\t1\nOther:\t\tn/a\nCombined:\tn/a\n",
    );
    return 0;
  }

  permanent(name: string | undefined): number {
    this.device(name, this.noDevice, 1);
    this.proc.out("Permanent address: not set\n");
    return 0;
  }
}

/** What real virtual devices refuse, with ethtool's status. */
const REFUSED: Record<string, readonly [string, number]> = {
  "-a": ["netlink error: Operation not supported\n", 1],
  "--show-pause": ["netlink error: Operation not supported\n", 1],
  "-g": ["netlink error: Operation not supported\n", 1],
  "--show-ring": ["netlink error: Operation not supported\n", 1],
  "-c": ["netlink error: Operation not supported\n", 1],
  "--show-coalesce": ["netlink error: Operation not supported\n", 1],
  "-s": ["netlink error: Operation not supported\n", 75],
  "--change": ["netlink error: Operation not supported\n", 75],
  "-p": ["Cannot identify NIC: Operation not supported\n", 255],
  "--identify": ["Cannot identify NIC: Operation not supported\n", 255],
  "-t": ["Cannot test: Operation not supported\n", 74],
  "--test": ["Cannot test: Operation not supported\n", 74],
};

// biome-ignore lint/correctness/useYield: it never waits; a program is a generator all the same.
export const ethtool: Program = function* (proc) {
  const tool = new Ethtool(proc);
  const [, option, name, ...words] = proc.argv;
  try {
    if (option === undefined) tool.bad();
    if (!option.startsWith("-")) return tool.settings(option);
    switch (option) {
      case "-h":
      case "--help":
        proc.out(ETHTOOL_HELP);
        return 0;
      case "--version":
        proc.out("ethtool version 6.1\n");
        return 0;
      case "-i":
      case "--driver":
        return tool.driver(name);
      case "-k":
      case "--show-features":
      case "--show-offload":
        return tool.features(name);
      case "-K":
      case "--features":
      case "--offload":
        return tool.change(name, words);
      case "-S":
      case "--statistics":
        return tool.statistics(name);
      case "-l":
      case "--show-channels":
        return tool.channels(name);
      case "-P":
      case "--show-permaddr":
        return tool.permanent(name);
    }
    const refused = REFUSED[option];
    if (name === undefined) tool.bad();
    if (refused) tool.fail(refused[0], refused[1]);
    proc.err(`ethtool: "${option}" is not modelled in this simulation.\n`);
    return 1;
  } catch (error) {
    if (error instanceof Exit) return error.status;
    throw error;
  }
};
