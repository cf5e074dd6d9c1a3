import { namedNamespace, namespaceNames } from "../../machine/netns.ts";
import { Process } from "../../machine/process.ts";
import type { NetNamespace } from "../../network/namespace.ts";

const OBJECTS = ["address", "link", "monitor", "neighbour", "netns", "route", "rule", "help"];
const OPTIONS = [
  "-4",
  "-6",
  "-all",
  "-batch",
  "-brief",
  "-color",
  "-details",
  "-family",
  "-json",
  "-netns",
  "-oneline",
  "-pretty",
  "-statistics",
  "-Version",
];

/** Commands and keywords of each object, in the order of its help. */
const WORDS: Record<string, Record<string, readonly string[]>> = {
  address: {
    add: [
      "dev",
      "broadcast",
      "label",
      "scope",
      "peer",
      "metric",
      "valid_lft",
      "preferred_lft",
      "nodad",
      "noprefixroute",
    ],
    change: ["dev", "valid_lft", "preferred_lft"],
    replace: ["dev", "broadcast", "label", "scope", "peer"],
    del: ["dev"],
    show: ["dev", "up", "scope", "to", "label", "type", "master"],
    flush: ["dev", "scope", "to", "label"],
  },
  link: {
    add: ["type", "name", "address", "mtu", "netns", "index", "peer", "veth", "bridge", "dummy"],
    set: [
      "dev",
      "up",
      "down",
      "netns",
      "master",
      "nomaster",
      "name",
      "address",
      "mtu",
      "promisc",
      "arp",
      "alias",
      "group",
      "multicast",
      "txqueuelen",
      "type",
    ],
    del: ["dev", "group"],
    show: ["dev", "up", "type", "master", "group"],
    help: [],
  },
  neighbour: {
    add: ["lladdr", "dev", "nud", "proxy"],
    change: ["lladdr", "dev", "nud"],
    replace: ["lladdr", "dev", "nud"],
    del: ["dev", "proxy"],
    show: ["dev", "nud", "to", "proxy"],
    flush: ["dev", "nud", "to", "all"],
    get: ["dev"],
  },
  netns: {
    add: [],
    attach: [],
    delete: [],
    exec: [],
    identify: [],
    list: [],
    "list-id": [],
    pids: [],
    set: ["auto"],
  },
  route: {
    add: [
      "default",
      "via",
      "dev",
      "src",
      "metric",
      "table",
      "proto",
      "scope",
      "onlink",
      "mtu",
      "nexthop",
      "weight",
      "blackhole",
      "unreachable",
      "prohibit",
      "throw",
    ],
    append: ["default", "via", "dev", "metric", "table"],
    change: ["default", "via", "dev", "metric", "table"],
    replace: ["default", "via", "dev", "metric", "table"],
    del: ["default", "via", "dev", "metric", "table"],
    flush: ["table", "dev", "proto", "scope", "cache"],
    get: ["from", "iif", "oif", "mark", "fibmatch"],
    show: ["table", "dev", "via", "proto", "scope", "type", "root", "match", "exact", "all"],
  },
  rule: {
    add: [
      "from",
      "to",
      "iif",
      "oif",
      "fwmark",
      "priority",
      "lookup",
      "table",
      "not",
      "goto",
      "blackhole",
      "unreachable",
      "prohibit",
    ],
    del: ["from", "to", "iif", "oif", "fwmark", "priority", "lookup", "table"],
    show: ["from", "to", "table"],
    flush: [],
  },
};

const DEVICE_AFTER = new Set(["dev", "iif", "oif", "master"]);
const NAMESPACE_AFTER = new Set(["netns", "-n", "-netns"]);

/** Words that may stand at the end of `words`: options, objects, commands, keywords, devices, namespaces. */
export function completeIp(words: readonly string[], proc: Process): readonly string[] {
  const last = words[words.length - 1] ?? "";
  return candidates(words, proc).filter((word) => word.startsWith(last));
}

function candidates(words: readonly string[], proc: Process): readonly string[] {
  let net: NetNamespace = proc.net;
  let at = 1;
  for (; at < words.length - 1 && words[at].startsWith("-"); at++) {
    if (words[at] === "-n" || words[at] === "-netns") net = namedNamespace(proc, words[++at] ?? "") ?? net;
    else if (["-f", "-family", "-b", "-batch"].includes(words[at])) at++;
  }
  const devices = () => net.links.list().map((dev) => dev.name);
  const before = words[words.length - 2] ?? "";
  if (before === "-n" || before === "-netns") return namespaceNames(proc);
  if (at >= words.length - 1) return (words[at] ?? "").startsWith("-") ? OPTIONS : OBJECTS;
  const object = OBJECTS.find((name) => name.startsWith(words[at]));
  const commands = object && WORDS[object];
  if (!commands) return [];
  if (at === words.length - 2) return Object.keys(commands);
  const command = Object.keys(commands).find((name) => name.startsWith(words[at + 1]));
  if (command === undefined) return [];
  if (object === "netns" && command === "exec" && words.length > at + 3) {
    return inside(words[at + 2], words.slice(at + 3), proc);
  }
  if (object === "netns") {
    return at === words.length - 3 && command !== "add" ? namespaceNames(proc) : commands[command];
  }
  if (NAMESPACE_AFTER.has(before)) return namespaceNames(proc);
  if (DEVICE_AFTER.has(before)) return devices();
  if (before === "type" && object === "link") return ["bridge", "dummy", "veth"];
  const bare = object === "link" || (object === "address" && command === "show");
  return bare && at === words.length - 3 ? [...commands[command], ...devices()] : commands[command];
}

/** `ip netns exec NAME COMMAND …`: commands, and the command's own words as it would find them in that namespace. */
function inside(name: string, words: readonly string[], proc: Process): readonly string[] {
  const { machine } = proc;
  if (words.length === 1) return machine.programs.names();
  const there = new Process(machine, 0, proc, namedNamespace(proc, name) ?? proc.net, proc.mounts);
  return machine.programs.get(words[0])?.complete?.(words, there) ?? [];
}
