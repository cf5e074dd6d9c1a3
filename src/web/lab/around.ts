import { parseSave } from "../state/save-format.ts";
import type { Lab } from "./lab.ts";

/** More devices than a person can look at are not made. */
const MOST = 12;

/**
 * A lab round a ruleset that came alone: one box with the devices that its rules name, and a host behind each, so that
 * packets can be sent at it from everywhere. It is a script like any other, to be edited.
 */
export function labAround(name: string, rules: string): Lab {
  const devices = devicesOf(rules).slice(0, MOST);
  const used = new Set<string>();
  const networks = devices.map(
    (dev, i) => networkOf(rules, dev, used) ?? { head: `10.0.${i + 1}`, length: 24 },
  );
  const lines = [
    "#!/bin/bash",
    `# A box with the devices that ${name} names, and a host behind each.`,
    "# Where a rule gives a device's network it is taken from there; the other addresses are made up: change them.",
    "ip netns add fw",
    "ip -n fw link set lo up",
    "ip netns exec fw sysctl -qw net.ipv4.ip_forward=1",
  ];
  for (const [i, dev] of devices.entries()) {
    const { head, length } = networks[i];
    const host = `at-${dev}`.replace(/[^\w.-]/g, "-");
    lines.push(
      "",
      `ip netns add ${host}`,
      `ip -n fw link add '${dev}' type veth peer name eth0 netns ${host}`,
      `ip -n fw addr add ${head}.1/${length} dev '${dev}'`,
      `ip -n fw link set '${dev}' up`,
      `ip -n ${host} addr add ${head}.2/${length} dev eth0`,
      `ip -n ${host} link set eth0 up`,
      `ip -n ${host} route add default via ${head}.1`,
    );
  }
  lines.push("", "ip netns exec fw iptables-restore < rules.v4", "");
  return {
    name: name.replace(/\.\w+$/, "") || "ruleset",
    main: "setup.sh",
    files: { "setup.sh": lines.join("\n"), "rules.v4": rules },
  };
}

/** How many rules of how many tables. */
export function sizeOf(rules: string): { rules: number; tables: number } {
  const tables = [...parseSave(rules).values()];
  const count = tables.flatMap((chains) => [...chains.values()]).reduce((sum, c) => sum + c.rules.length, 0);
  return { rules: count, tables: tables.length };
}

/** Devices that the rules name, the most named first; two where they name none. */
function devicesOf(rules: string): string[] {
  const counts = new Map<string, number>();
  for (const [, name] of rules.matchAll(/ -[io] ([^\s+"!]{1,15})(?=\s|$)/gm))
    if (name !== "lo") counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return names.length === 0 ? ["eth0", "eth1"] : names;
}

/** The first network that a rule puts behind a device: "-s 192.168.1.0/24 -i eth1". */
function networkOf(
  rules: string,
  dev: string,
  used: Set<string>,
): { head: string; length: number } | undefined {
  for (const line of rules.split("\n")) {
    for (const [from, by] of [
      ["-s", "-i"],
      ["-d", "-o"],
    ]) {
      if (!line.includes(` ${by} ${dev} `) || line.includes(`! ${by} ${dev}`) || line.includes(`! ${from} `))
        continue;
      const found = new RegExp(`${from} (\\d+\\.\\d+\\.\\d+)\\.0/(24|16)\\b`).exec(line);
      if (!found || used.has(found[1])) continue;
      used.add(found[1]);
      return { head: found[1], length: Number(found[2]) };
    }
  }
  return undefined;
}
