import { KernelError } from "../../base/errno.ts";
import { Exit, type Process, type Program } from "../../machine/process.ts";
import { readText, tryLookup } from "../../machine/vfs.ts";
import type { Device } from "../../network/device.ts";
import type { NexthopSpec, RouteMetrics, RouteSpec } from "../../network/routes.ts";
import { TABLE_MAIN } from "../../network/routes.ts";
import { parseIpv4 } from "../ip/inet.ts";
import { INET_USAGE, ROUTE_USAGE, ROUTE_VERSION } from "./help.ts";
import { showRoutes } from "./show.ts";

const SCOPE_UNIVERSE = 0;
const SCOPE_LINK = 253;
const SCOPE_HOST = 254;
const PROTO_BOOT = 3;

/** net-tools' `route` changing the table with SIOCADDRT and SIOCDELRT. */
class RouteTool {
  readonly proc: Process;

  constructor(proc: Process) {
    this.proc = proc;
  }

  die(text: string, status: number): never {
    this.proc.err(text);
    throw new Exit(status);
  }

  usage(): never {
    this.die(INET_USAGE, 3);
  }

  /** A name of /etc/hosts or an address; there is no resolver. */
  host(name: string): number | undefined {
    const address = /^[0-9a-fx.]+$/i.test(name) ? parseIpv4(name) : undefined;
    if (address !== undefined) return address;
    if (!tryLookup(this.proc, "/etc/hosts")) return undefined;
    for (const line of readText(this.proc, "/etc/hosts").split("\n")) {
      const [where, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (names.includes(name) && !where.includes(":")) return parseIpv4(where);
    }
    return undefined;
  }

  /** add or del: `words` begins with -net, -host or the target. */
  change(action: "add" | "del", words: readonly string[]): number {
    let at = 0;
    let kind: "net" | "host" | undefined;
    if (words[at] === "-net" || words[at] === "-host") kind = words[at++] === "-net" ? "net" : "host";
    const target = words[at++];
    if (target === undefined) this.usage();
    let prefix: number | undefined;
    let address: number | undefined;
    if (target === "default") {
      address = 0;
      prefix = 0;
      kind = "net";
    } else {
      const slash = target.indexOf("/");
      const text = slash < 0 ? target : target.slice(0, slash);
      address = this.host(text);
      if (address === undefined)
        this.die(`${text}: ${/^[\d.]+$/.test(text) ? "Unknown host" : "Host name lookup failure"}\n`, 6);
      if (slash >= 0) {
        const bits = Number.parseInt(target.slice(slash + 1), 10);
        prefix = bits > 32 ? 33 : bits;
      }
    }
    const isHost = kind !== "net";
    let gateway: number | undefined;
    let dev: string | undefined;
    let metric = 0;
    let reject = false;
    const metrics: RouteMetrics = {};
    const value = (): string => {
      const text = words[at++];
      if (text === undefined) this.usage();
      return text;
    };
    const number = (): number => {
      const text = value();
      if (!/^\d+$/.test(text)) this.usage();
      return Number(text);
    };
    while (at < words.length) {
      const word = words[at++];
      if (word === "metric") metric = number();
      else if (word === "netmask") {
        const text = value();
        if (prefix !== undefined) this.usage();
        const mask = parseIpv4(text);
        if (mask === undefined) this.die(`${text}: Unknown host\n`, 6);
        const holes = ~mask >>> 0;
        if ((holes & (holes + 1)) >>> 0 !== 0) this.die(`route: bogus netmask ${text}\n${INET_USAGE}`, 3);
        prefix = holes === 0 ? 32 : Math.clz32(holes);
      } else if (word === "gw" || word === "gateway") {
        const text = value();
        gateway = this.host(text);
        if (gateway === undefined) this.die(`${text}: Unknown host\n`, 6);
      } else if (word === "mss" || word === "mtu") metrics.advmss = number() - 40;
      else if (word === "window") metrics.window = number();
      else if (word === "irtt") metrics.rtt = number() * 8;
      else if (word === "reject") reject = true;
      else if (word === "mod" || word === "dyn" || word === "reinstate") {
        // Flags that the kernel keeps no longer.
      } else if (word === "device" || word === "dev") dev = value();
      else if (dev === undefined && at === words.length) dev = word;
      else this.usage();
    }
    if (isHost && prefix !== undefined && prefix !== 32) {
      const mask = prefix === 0 || prefix > 32 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
      this.die(
        `route: netmask ${(~mask >>> 0).toString(16).padStart(8, "0")} doesn't make sense with host route\n${INET_USAGE}`,
        3,
      );
    }
    if (prefix !== undefined && prefix <= 32) {
      const host = prefix === 0 ? 0xffffffff : prefix === 32 ? 0 : 0xffffffff >>> prefix;
      if ((address & host) !== 0) this.die(`route: netmask doesn't match route address\n${INET_USAGE}`, 3);
    } else if (prefix !== undefined) this.die(`route: netmask doesn't match route address\n${INET_USAGE}`, 3);

    const call = action === "add" ? "SIOCADDRT" : "SIOCDELRT";
    try {
      this.commit(action, { address, prefix: isHost ? 32 : prefix, gateway, dev, metric, reject, metrics });
      return 0;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.die(`${call}: ${ioctlError(error)}\n`, 7);
    }
  }

  /** rtentry_to_fib_config */
  private commit(
    action: "add" | "del",
    r: {
      address: number;
      prefix: number | undefined;
      gateway: number | undefined;
      dev: string | undefined;
      metric: number;
      reject: boolean;
      metrics: RouteMetrics;
    },
  ): void {
    const { routes, links } = this.proc.net;
    // Without a netmask the kernel takes that of the address's class... of a zero one it takes none.
    const prefix = r.prefix ?? (r.address === 0 ? 0 : -1);
    if (prefix < 0) throw new KernelError("EINVAL");
    let device: Device | undefined;
    if (r.dev !== undefined) {
      device = links.byName(r.dev);
      if (!device) throw new KernelError("ENODEV");
    }
    const hop: NexthopSpec = {};
    if (device) hop.dev = device;
    if (r.gateway !== undefined && r.gateway !== 0) hop.via = r.gateway;
    const named = hop.dev !== undefined || hop.via !== undefined;
    const spec: RouteSpec = {
      dst: r.address,
      prefix,
      table: TABLE_MAIN,
      nexthops: named && !r.reject ? [hop] : [],
    };
    // The user's metric is the kernel's plus one.
    if (r.metric > 0) spec.priority = r.metric;
    if (r.reject) {
      spec.type = "unreachable";
      spec.scope = SCOPE_HOST;
    }
    if (action === "del") {
      const { nexthops, ...rest } = spec;
      routes.delete(nexthops.length > 0 ? spec : rest);
      return;
    }
    if (!r.reject) {
      spec.type = "unicast";
      spec.scope = hop.via === undefined ? SCOPE_LINK : SCOPE_UNIVERSE;
    }
    spec.protocol = PROTO_BOOT;
    if (Object.keys(r.metrics).length > 0) spec.metrics = r.metrics;
    routes.change("add", spec);
  }
}

/** An ioctl has no extended answers: a gateway that cannot be reached is ENETUNREACH. */
function ioctlError(error: KernelError): string {
  return new KernelError(error.code).message;
}

// biome-ignore lint/correctness/useYield: it never waits; a program is a generator all the same.
export const route: Program = function* (proc) {
  const tool = new RouteTool(proc);
  let numeric = false;
  let extended = 0;
  let family: "inet" | "inet6" = "inet";
  const words: string[] = [];
  try {
    for (let i = 1; i < proc.argv.length; i++) {
      const word = proc.argv[i];
      if (words.length > 0 || !word.startsWith("-") || word === "-net" || word === "-host") {
        words.push(word);
        continue;
      }
      const letters = word.startsWith("--") ? [longOption(word)] : [...word.slice(1)];
      for (const letter of letters) {
        if (letter === "n" || letter === "N") numeric = true;
        else if (letter === "e") extended++;
        else if (letter === "v" || letter === "F" || letter === "4")
          family = letter === "4" ? "inet" : family;
        else if (letter === "6") family = "inet6";
        else if (letter === "A") family = proc.argv[++i] === "inet6" ? "inet6" : "inet";
        else if (letter === "C") {
          // Linux has kept no routing cache since 3.6.
          proc.out(
            "Kernel IP routing cache\nSource          Destination     Gateway         Flags Metric Ref    Use Iface\n",
          );
          return 0;
        } else if (letter === "V") {
          proc.out(ROUTE_VERSION);
          return 0;
        } else if (letter === "h" || letter === "?") {
          proc.err(ROUTE_USAGE.families);
          proc.out(ROUTE_USAGE.text);
          return 0;
        } else {
          proc.err(`route: invalid option -- '${letter}'\n${ROUTE_USAGE.families}`);
          proc.out(ROUTE_USAGE.text);
          return 0;
        }
      }
    }
    if (family === "inet6") {
      proc.err("route: the IPv6 routing table is not modelled in this simulation.\n");
      return 1;
    }
    const [command, ...rest] = words;
    if (command === undefined) return showRoutes(proc, numeric, extended);
    if (command === "add" || command === "del" || command === "delete") {
      if (rest.length === 0) {
        proc.err(INET_USAGE);
        return 0;
      }
      return tool.change(command === "add" ? "add" : "del", rest);
    }
    if (command === "flush") {
      proc.err(`Flushing \`inet' routing table not supported\n${INET_USAGE}`);
      return 3;
    }
    proc.err(ROUTE_USAGE.text);
    proc.err(ROUTE_USAGE.families);
    return 3;
  } catch (error) {
    if (error instanceof Exit) return error.status;
    throw error;
  }
};

function longOption(word: string): string {
  const known: Record<string, string> = {
    "--numeric": "n",
    "--extend": "e",
    "--verbose": "v",
    "--fib": "F",
    "--cache": "C",
    "--version": "V",
    "--help": "h",
    "--inet": "4",
    "--inet6": "6",
  };
  return known[word] ?? word.slice(2);
}
