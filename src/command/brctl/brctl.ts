import { SECOND } from "../../base/clock.ts";
import { KernelError } from "../../base/errno.ts";
import { Exit, type Process, type Program } from "../../machine/process.ts";
import { Bridge } from "../../network/bridge/bridge.ts";
import { portId } from "../../network/bridge/port.ts";
import type { Device } from "../../network/device.ts";
import type { LinkChange } from "../../network/links.ts";
import { format as formatMac } from "../../wire/ethernet.ts";
import { bridgeIdAddress } from "../ip/link-print.ts";

interface Command {
  readonly name: string;
  readonly arguments: number;
  readonly help: string;
  readonly run: (b: Brctl, args: readonly string[]) => number;
}

/** bridge-utils' brctl, on one namespace. */
class Brctl {
  readonly proc: Process;

  constructor(proc: Process) {
    this.proc = proc;
  }

  out(text: string): void {
    this.proc.out(text);
  }

  fail(text: string): 1 {
    this.proc.err(`${text}\n`);
    return 1;
  }

  device(name: string): Device | undefined {
    return this.proc.net.links.byName(name.slice(0, 15));
  }

  bridge(name: string): Bridge | undefined {
    const dev = this.device(name);
    return dev instanceof Bridge ? dev : undefined;
  }

  /** The error of a change, or undefined when it went well. */
  attempt(change: () => void): KernelError | undefined {
    try {
      change();
      return undefined;
    } catch (error) {
      if (error instanceof KernelError) return error;
      throw error;
    }
  }

  /** A change of a bridge's option; `what` is how brctl names it when it fails. */
  option(name: string, what: string, data: Record<string, number>): number {
    const bridge = this.bridge(name);
    if (!bridge) return this.fail(`set ${what} failed: ${noBridge(this.device(name))}`);
    const error = this.attempt(() => this.proc.net.links.set(bridge, { data }));
    return error
      ? this.fail(`set ${what} failed: ${error.code === "EINVAL" ? "Invalid argument" : plain(error)}`)
      : 0;
  }

  port(name: string, port: string, what: string, slaveData: Record<string, number>): number {
    const bridge = this.bridge(name);
    const dev = this.device(port);
    if (!bridge || !dev || dev.master !== bridge) {
      return this.fail(`set ${what} failed: ${bridge ? "Invalid argument" : noBridge(this.device(name))}`);
    }
    const change: LinkChange = { slaveData };
    const error = this.attempt(() => this.proc.net.links.set(dev, change));
    return error ? this.fail(`set ${what} failed: ${plain(error)}`) : 0;
  }
}

function noBridge(dev: Device | undefined): string {
  return dev ? "Operation not supported" : "No such device";
}

/** The errno's own words, whatever netlink had to add. */
function plain(error: KernelError): string {
  if (error.detail?.includes("not modelled")) return error.detail;
  return new KernelError(error.code).message;
}

function bridgeId(bridge: Bridge): string {
  return `${bridge.priority.toString(16).padStart(4, "0")}.${formatMac(bridgeIdAddress(bridge)).replaceAll(":", "")}`;
}

/** strtod of all of it, in hundredths of a second. */
function time(text: string): number | undefined {
  return /^[ \t]*[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Math.round(Number(text) * 100) : undefined;
}

function integer(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function onOff(text: string): boolean | undefined {
  if (text === "on" || text === "yes" || text === "1") return true;
  if (text === "off" || text === "no" || text === "0") return false;
  return undefined;
}

const seconds = (hundredths: number): string => (hundredths / 100).toFixed(2).padStart(7);

function show(b: Brctl, args: readonly string[]): number {
  const header = "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n";
  const one = (bridge: Bridge) => {
    b.out(`${bridge.name}\t\t${bridgeId(bridge)}\t${bridge.stpState ? "yes" : "no"}\t\t`);
    const ports = [...bridge.ports].sort((x, y) => (x.dev.name < y.dev.name ? -1 : 1));
    if (ports.length === 0) b.out("\n");
    ports.forEach((port, i) => {
      b.out(i === 0 ? `${port.dev.name}\n` : `\t\t\t\t\t\t\t${port.dev.name}\n`);
    });
  };
  if (args.length === 0) {
    const bridges = b.proc.net.links.list().filter((dev) => dev instanceof Bridge);
    if (bridges.length > 0) b.out(header);
    for (const bridge of bridges.sort((x, y) => (x.name < y.name ? -1 : 1))) one(bridge);
    return 0;
  }
  let status = 0;
  let started = false;
  for (const name of args) {
    const dev = b.device(name);
    if (!dev) status = b.fail(`bridge ${name} does not exist!`);
    else if (!(dev instanceof Bridge)) status = b.fail(`device ${name} is not a bridge!`);
    else {
      if (!started) b.out(header);
      started = true;
      one(dev);
    }
  }
  return status;
}

function showmacs(b: Brctl, [name]: readonly string[]): number {
  const bridge = b.bridge(name);
  if (!bridge) return b.fail(`read of forward table failed: ${noBridge(b.device(name))}`);
  b.out("port no\tmac addr\t\tis local?\tageing timer\n");
  const entries = bridge.fdb.entries().flatMap((entry) => {
    const port = entry.port && bridge.portOf(entry.port);
    return port ? [{ entry, port }] : [];
  });
  const order = (mac: Uint8Array) => formatMac(mac);
  entries.sort((x, y) => (order(x.entry.mac) < order(y.entry.mac) ? -1 : 1));
  for (const { entry, port } of entries) {
    const age = entry.static || entry.local ? 0 : (b.proc.machine.now - entry.updated) / SECOND;
    b.out(
      `${String(port.number).padStart(3)}\t${formatMac(entry.mac)}\t${entry.local ? "yes" : "no"}\t\t${age.toFixed(2).padStart(7)}\n`,
    );
  }
  return 0;
}

function showstp(b: Brctl, [name]: readonly string[]): number {
  const bridge = b.bridge(name);
  if (!bridge)
    return b.fail(
      b.device(name) ? `${name}: can't get info Operation not supported` : `bridge ${name} does not exist!`,
    );
  const id = bridgeId(bridge);
  const round = bridge.ageingTime / 100;
  const collect = bridge.up && round > 0 ? (round - ((b.proc.machine.now / SECOND) % round)) * 100 : 0;
  b.out(
    `${bridge.name}\n bridge id\t\t${id}\n designated root\t${id}\n` +
      ` root port\t\t   0\t\t\tpath cost\t\t   0\n` +
      ` max age\t\t${seconds(bridge.maxAge)}\t\t\tbridge max age\t\t${seconds(bridge.maxAge)}\n` +
      ` hello time\t\t${seconds(bridge.helloTime)}\t\t\tbridge hello time\t${seconds(bridge.helloTime)}\n` +
      ` forward delay\t\t${seconds(bridge.forwardDelay)}\t\t\tbridge forward delay\t${seconds(bridge.forwardDelay)}\n` +
      ` ageing time\t\t${seconds(bridge.ageingTime)}\n` +
      ` hello timer\t\t${seconds(0)}\t\t\ttcn timer\t\t${seconds(0)}\n` +
      ` topology change timer\t${seconds(0)}\t\t\tgc timer\t\t${seconds(collect)}\n` +
      " flags\t\t\t\n\n\n",
  );
  for (const port of [...bridge.ports].sort((x, y) => (x.dev.name < y.dev.name ? -1 : 1))) {
    b.out(
      `${port.dev.name} (${port.number})\n` +
        ` port id\t\t${portId(port).toString(16).padStart(4, "0")}\t\t\tstate\t\t${port.state.padStart(15)}\n` +
        ` designated root\t${id}\tpath cost\t\t${String(port.cost).padStart(4)}\n` +
        ` designated bridge\t${id}\tmessage age timer\t${seconds(0)}\n` +
        ` designated port\t${portId(port).toString(16).padStart(4, "0")}\t\t\tforward delay timer\t${seconds(0)}\n` +
        ` designated cost\t${"0".padStart(4)}\t\t\thold timer\t\t${seconds(0)}\n` +
        ` flags\t\t\t\n${port.hairpin ? " hairpin mode\t\t   1\n" : ""}\n`,
    );
  }
  return 0;
}

function addbr(b: Brctl, [name]: readonly string[]): number {
  const error = b.attempt(() => b.proc.net.links.add({ kind: "bridge", name: name.slice(0, 15) }));
  if (!error) return 0;
  if (error.code === "EEXIST")
    return b.fail(`device ${name} already exists; can't create bridge with the same name`);
  return b.fail(`add bridge failed: ${plain(error)}`);
}

function delbr(b: Brctl, [name]: readonly string[]): number {
  const dev = b.device(name);
  if (!dev) return b.fail(`bridge ${name} doesn't exist; can't delete it`);
  if (!(dev instanceof Bridge)) return b.fail(`can't delete bridge ${name}: Operation not permitted`);
  if (dev.up) return b.fail(`bridge ${name} is still up; can't delete it`);
  b.proc.net.links.delete(dev);
  return 0;
}

function addif(b: Brctl, [name, ...ports]: readonly string[]): number {
  for (const port of ports) {
    const dev = b.device(port);
    const bridge = b.device(name);
    if (!dev) return b.fail(`interface ${port} does not exist!`);
    if (!bridge) return b.fail(`bridge ${name} does not exist!`);
    if (dev.master) {
      return b.fail(`device ${port} is already a member of a bridge; can't add it to bridge ${name}.`);
    }
    const error = b.attempt(() => {
      if (!(bridge instanceof Bridge)) throw new KernelError("EOPNOTSUPP");
      b.proc.net.links.set(dev, { master: bridge });
    });
    if (error?.code === "ELOOP")
      return b.fail(
        `device ${port} is a bridge device itself; can't add a bridge device to a bridge device.`,
      );
    if (error) return b.fail(`can't add ${port} to bridge ${name}: ${plain(error)}`);
  }
  return 0;
}

function delif(b: Brctl, [name, ...ports]: readonly string[]): number {
  for (const port of ports) {
    const dev = b.device(port);
    const bridge = b.device(name);
    if (!dev) return b.fail(`interface ${port} does not exist!`);
    if (!bridge) return b.fail(`bridge ${name} does not exist!`);
    if (dev.master !== bridge) return b.fail(`device ${port} is not a port of ${name}`);
    b.proc.net.links.set(dev, { master: null });
  }
  return 0;
}

function timed(what: string, bad: string, key: string): Command["run"] {
  return (b, [name, text]) => {
    const value = time(text);
    return value === undefined ? b.fail(bad) : b.option(name, what, { [key]: value });
  };
}

const COMMANDS: readonly Command[] = [
  { name: "addbr", arguments: 1, help: "<bridge>\t\tadd bridge", run: addbr },
  { name: "delbr", arguments: 1, help: "<bridge>\t\tdelete bridge", run: delbr },
  { name: "addif", arguments: 2, help: "<bridge> <device>\tadd interface to bridge", run: addif },
  { name: "delif", arguments: 2, help: "<bridge> <device>\tdelete interface from bridge", run: delif },
  {
    name: "hairpin",
    arguments: 3,
    help: "<bridge> <port> {on|off}\tturn hairpin on/off",
    run: (b, [name, port, text]) => {
      const on = onOff(text);
      if (on === undefined) return b.fail("expect on/off for argument");
      if (!b.device(port)) return b.fail(`interface ${port} does not exist!`);
      return b.port(name, port, "hairpin mode", { hairpin: on ? 1 : 0 });
    },
  },
  {
    name: "setageing",
    arguments: 2,
    help: "<bridge> <time>\t\tset ageing time",
    run: timed("ageing time", "bad ageing time value", "ageing_time"),
  },
  {
    name: "setbridgeprio",
    arguments: 2,
    help: "<bridge> <prio>\t\tset bridge priority",
    run: (b, [name, text]) => {
      const value = integer(text);
      return value === undefined
        ? b.fail("bad priority")
        : b.option(name, "bridge priority", { priority: value & 0xffff });
    },
  },
  {
    name: "setfd",
    arguments: 2,
    help: "<bridge> <time>\t\tset bridge forward delay",
    run: timed("forward delay", "bad forward delay value", "forward_delay"),
  },
  {
    name: "sethello",
    arguments: 2,
    help: "<bridge> <time>\t\tset hello time",
    run: timed("hello timer", "bad hello timer value", "hello_time"),
  },
  {
    name: "setmaxage",
    arguments: 2,
    help: "<bridge> <time>\t\tset max message age",
    run: timed("max age", "bad max age value", "max_age"),
  },
  {
    name: "setpathcost",
    arguments: 3,
    help: "<bridge> <port> <cost>\tset path cost",
    run: (b, [name, port, text]) => {
      const value = integer(text);
      return value === undefined
        ? b.fail("bad path cost value")
        : b.port(name, port, "path cost", { cost: value });
    },
  },
  {
    name: "setportprio",
    arguments: 3,
    help: "<bridge> <port> <prio>\tset port priority",
    run: (b, [name, port, text]) => {
      const value = integer(text);
      return value === undefined
        ? b.fail("bad path priority value")
        : b.port(name, port, "port priority", { priority: value });
    },
  },
  { name: "show", arguments: 0, help: "[ <bridge> ]\t\tshow a list of bridges", run: show },
  { name: "showmacs", arguments: 1, help: "<bridge>\t\tshow a list of mac addrs", run: showmacs },
  { name: "showstp", arguments: 1, help: "<bridge>\t\tshow bridge stp info", run: showstp },
  {
    name: "stp",
    arguments: 2,
    help: "<bridge> {on|off}\tturn stp on/off",
    run: (b, [name, text]) => {
      const on = onOff(text);
      if (on === undefined) return b.fail("expect on/off for argument");
      return b.option(name, "stp status", { stp_state: on ? 1 : 0 });
    },
  },
];

export const BRCTL_COMMANDS: readonly string[] = COMMANDS.map((c) => c.name);

const HELP = `Usage: brctl [commands]\ncommands:\n${COMMANDS.map((c) => `\t${c.name.padEnd(10)}\t${c.help}\n`).join("")}`;

export const brctl: Program = function* (proc) {
  const b = new Brctl(proc);
  try {
    const [, word, ...args] = proc.argv;
    if (word === undefined || word === "-h" || word === "--help") {
      proc.out(HELP);
      return word === undefined ? 1 : 0;
    }
    if (word === "-V" || word === "--version") {
      proc.out("bridge-utils, 1.7\n");
      return 0;
    }
    const command = COMMANDS.find((c) => c.name === word);
    if (!command) {
      proc.err(`never heard of command [${word}]\n`);
      proc.out(HELP);
      return 1;
    }
    if (args.length < command.arguments) {
      proc.err("Incorrect number of arguments for command\n");
      proc.err(`Usage: brctl ${command.name} ${command.help}\n`);
      return 1;
    }
    return command.run(b, args);
  } catch (error) {
    if (error instanceof Exit) return error.status;
    throw error;
  }
};
