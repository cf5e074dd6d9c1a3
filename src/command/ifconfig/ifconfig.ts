import { KernelError } from "../../base/errno.ts";
import { Exit, type Process, type Program } from "../../machine/process.ts";
import type { Address4 } from "../../network/inet-device.ts";
import type { LinkChange } from "../../network/links.ts";
import { parse as parseMac } from "../../wire/ethernet.ts";
import { parseIpv4, parsePrefix } from "../ip/inet.ts";
import { IFCONFIG_USAGE } from "./help.ts";
import {
  formatInterface,
  formatShort,
  type Interface,
  interfaceByName,
  interfaces,
  SHORT_HEADER,
} from "./show.ts";

const HINT = "ifconfig: `--help' gives usage information.\n";

/** The class's mask of an address (inet_abc_len): 8, 16, 24; −1 for multicast. */
function classPrefix(address: number): number {
  if (address === 0) return 0;
  const first = address >>> 24;
  if (first < 128) return 8;
  if (first < 192) return 16;
  if (first < 224) return 24;
  return -1;
}

function broadcastOf(address: number, prefix: number): number {
  return prefix >= 31 ? 0xffffffff : (address | (0xffffffff >>> prefix)) >>> 0;
}

/** A run of ifconfig that changes one interface with ioctls. */
class Changer {
  private readonly proc: Process;
  private readonly name: string;
  private status = 0;

  constructor(proc: Process, name: string) {
    this.proc = proc;
    this.name = name;
  }

  private get iface(): Interface | undefined {
    return interfaceByName(this.proc, this.name);
  }

  private usage(): never {
    this.proc.err(IFCONFIG_USAGE);
    throw new Exit(3);
  }

  /** One ioctl: its failure is told and remembered, and ifconfig goes on. */
  private call(name: string, run: (i: Interface) => void): boolean {
    try {
      const i = this.iface;
      if (!i) throw new KernelError("ENODEV");
      run(i);
      return true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.proc.err(`${name}: ${new KernelError(error.code).message}\n`);
      this.status = 1;
      return false;
    }
  }

  private link(name: string, change: LinkChange): void {
    this.call(name, (i) => this.proc.net.links.set(i.dev, change));
  }

  /** set_flag and clr_flag read the flags first; a device that is not there ends it. */
  private flags(change: LinkChange): void {
    if (!this.iface) {
      this.proc.err(`${this.name}: ERROR while getting interface flags: No such device\n`);
      throw new Exit(255);
    }
    this.link("SIOCSIFFLAGS", change);
  }

  /** An address, or why there is none: no resolver answers. */
  private host(text: string): number | undefined {
    if (text === "default") return 0;
    return parseIpv4(text);
  }

  private noHost(text: string): string {
    return `${text}: ${/^[\d.]+$/.test(text) ? "Unknown host" : "Host name lookup failure"}\n`;
  }

  run(words: readonly string[]): number {
    let at = 0;
    const value = (): string => {
      const word = words[at++];
      if (word === undefined) this.usage();
      return word;
    };
    if (words[0] === "inet") at++;
    else if (words[0] === "inet6") return this.inet6(words.slice(1));
    while (at < words.length) {
      const word = words[at++];
      if (word === "up") this.flags({ up: true });
      else if (word === "down") this.down();
      else if (word === "arp" || word === "-arp") this.flags({ arp: word === "arp" });
      else if (word === "promisc" || word === "-promisc") this.flags({ promisc: word === "promisc" });
      else if (word === "allmulti" || word === "-allmulti") this.flags({ allmulticast: word === "allmulti" });
      else if (word === "multicast" || word === "-multicast") this.flags({ multicast: word === "multicast" });
      else if (word === "trailers" || word === "-trailers") this.flags({ trailers: word === "trailers" });
      else if (word === "dynamic" || word === "-dynamic") this.flags({ dynamic: word === "dynamic" });
      else if (word === "mtu") {
        const mtu = Number.parseInt(value(), 10);
        this.link("SIOCSIFMTU", { mtu: Number.isNaN(mtu) ? 0 : mtu });
      } else if (word === "txqueuelen") {
        this.link("SIOCSIFTXQLEN", { txQueueLength: Number.parseInt(value(), 10) || 0 });
      } else if (word === "name") this.link("SIOCSIFNAME", { name: value() });
      else if (word === "hw") {
        const kind = value();
        if (kind !== "ether") {
          this.proc.err(`ifconfig: hardware type "${kind}" is not modelled in this simulation.\n`);
          return 1;
        }
        const text = value();
        const mac = parseMac(text);
        if (!mac) {
          this.proc.err(`${text}: invalid ether address.\n`);
          this.status = 1;
          break;
        }
        this.link("SIOCSIFHWADDR", { mac });
      } else if (word === "netmask") {
        const text = value();
        const mask = this.host(text);
        if (mask === undefined) {
          this.proc.err(this.noHost(text));
          return 1;
        }
        this.netmask(mask);
      } else if (word === "broadcast") {
        const text = words[at];
        const address = text === undefined ? undefined : this.host(text);
        if (address === undefined) this.flags({});
        else {
          at++;
          this.broadcast(address);
        }
      } else if (word === "-broadcast") {
        this.proc.err(`Warning: Interface ${this.name} still in BROADCAST mode.\n`);
      } else if (word === "pointopoint" || word === "dstaddr") {
        const text = value();
        const peer = this.host(text);
        if (peer === undefined) {
          this.proc.err(this.noHost(text));
          return 1;
        }
        this.destination(peer);
      } else if (word === "add" || word === "del") {
        const text = value();
        const address = this.host(text);
        if (address === undefined) {
          this.proc.err(this.noHost(text));
          return 1;
        }
        if (word === "add") this.alias(address);
        else this.removeAlias(address);
      } else if (word === "-pointopoint") {
        // Clears a flag that nobody but the kernel sets.
      } else if (["tunnel", "outfill", "keepalive", "mem_start", "io_addr", "irq", "media"].includes(word)) {
        this.proc.err(`ifconfig: "${word}" is not modelled in this simulation.\n`);
        return 1;
      } else if (!this.address(word)) {
        this.proc.err(this.noHost(word.replace(/\/.*/, "")) + HINT);
        return 1;
      }
    }
    return this.status;
  }

  private down(): void {
    const i = this.iface;
    if (i?.alias) {
      // Down on an alias takes its address away.
      if (i.address) this.remove(i.address);
      return;
    }
    this.flags({ up: false });
  }

  private remove(a: Address4): void {
    this.proc.net.addresses.delete4(a.dev, {
      local: a.local,
      prefix: a.prefix,
      peer: a.peer,
      label: a.label,
    });
  }

  /** "10.0.0.1" or "10.0.0.1/24": SIOCSIFADDR, then the netmask and the broadcast address, and up. */
  private address(text: string): boolean {
    const slash = text.indexOf("/");
    const address = this.host(slash < 0 ? text : text.slice(0, slash));
    if (address === undefined) return false;
    const bits = slash < 0 ? undefined : Number.parseInt(text.slice(slash + 1), 10);
    const set = this.call("SIOCSIFADDR", (i) => {
      const prefix = classPrefix(address);
      if (prefix < 0) throw new KernelError("EINVAL");
      if (i.address) this.remove(i.address);
      if (address === 0) return;
      this.add(i, address, prefix, i.dev.isLoopback ? undefined : broadcastOf(address, prefix));
    });
    // It goes on to bring the device up, and finds out that there is none.
    if (!set && !this.iface) this.flags({ up: true });
    if (set && !this.iface?.dev.up) this.flags({ up: true });
    if (set && address !== 0 && bits !== undefined && bits >= 0 && bits <= 32) {
      this.netmask(bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);
    }
    return true;
  }

  private add(
    i: Interface,
    local: number,
    prefix: number,
    broadcast: number | undefined,
    peer?: number,
  ): void {
    this.proc.net.addresses.add4(i.dev, {
      local,
      prefix,
      label: i.name,
      scope: local >>> 24 === 127 ? 254 : 0,
      ...(broadcast === undefined ? {} : { broadcast }),
      ...(peer === undefined ? {} : { peer }),
    });
  }

  /** An address cannot change in place: it goes and comes again, as devinet_ioctl does. */
  private rewrite(
    name: string,
    change: (a: Address4) => Partial<Pick<Address4, "prefix" | "broadcast" | "peer">>,
  ): void {
    this.call(name, (i) => {
      const a = i.address;
      if (!a) throw new KernelError("EADDRNOTAVAIL");
      const next = { prefix: a.prefix, broadcast: a.broadcast, peer: a.peer, ...change(a) };
      if (next.prefix === a.prefix && next.broadcast === a.broadcast && next.peer === a.peer) return;
      this.remove(a);
      this.add(i, a.local, next.prefix, next.broadcast, next.peer === a.local ? undefined : next.peer);
    });
  }

  private netmask(mask: number): void {
    this.rewrite("SIOCSIFNETMASK", (a) => {
      const holes = ~mask >>> 0;
      if ((holes & (holes + 1)) >>> 0 !== 0) throw new KernelError("EINVAL");
      const prefix = holes === 0 ? 32 : Math.clz32(holes);
      const old = a.broadcast;
      // A broadcast address that followed the old mask follows the new one.
      const follows = old !== undefined && prefix < 31 && old === broadcastOf(a.local, a.prefix);
      return follows ? { prefix, broadcast: broadcastOf(a.local, prefix) } : { prefix };
    });
  }

  private broadcast(address: number): void {
    this.rewrite("SIOCSIFBRDADDR", () => ({ broadcast: address }));
  }

  private destination(peer: number): void {
    this.rewrite("SIOCSIFDSTADDR", () => ({ peer }));
  }

  private alias(address: number): void {
    this.call("SIOCSIFADDR", (i) => {
      for (let n = 0; ; n++) {
        const label = `${i.dev.name}:${n}`;
        if (i.dev.ipv4.addresses.some((a) => a.label === label)) continue;
        const prefix = classPrefix(address);
        if (prefix < 0) throw new KernelError("EINVAL");
        this.add({ ...i, name: label }, address, prefix, broadcastOf(address, prefix));
        return;
      }
    });
  }

  private removeAlias(address: number): void {
    const found = this.iface?.dev.ipv4.addresses.find((a) => a.local === address);
    if (found) this.remove(found);
  }

  private inet6(words: readonly string[]): number {
    const [action, text] = words;
    if ((action !== "add" && action !== "del") || text === undefined) this.usage();
    const prefix = parsePrefix(text, "inet6");
    if (!(prefix?.address instanceof Uint8Array)) {
      this.proc.err(`${text}: Host name lookup failure\n`);
      return 1;
    }
    const local = prefix.address;
    const length = prefix.specified ? prefix.length : 0;
    this.call(action === "add" ? "SIOCSIFADDR" : "SIOCDIFADDR", (i) => {
      const { addresses } = this.proc.net;
      if (action === "add") addresses.add6(i.dev, { local, prefix: length });
      else addresses.delete6(i.dev, { local, prefix: length });
    });
    return this.status;
  }
}

export const ifconfig: Program = function* (proc) {
  let all = false;
  let short = false;
  let at = 1;
  for (; at < proc.argv.length && proc.argv[at].startsWith("-"); at++) {
    const option = proc.argv[at];
    if (option === "-a") all = true;
    else if (option === "-s") short = true;
    else if (option === "-v") {
      // Says more only about families that are not modelled.
    } else if (option === "-V" || option === "--version") {
      proc.out("net-tools 2.10\n");
      return 0;
    } else if (option === "-h" || option === "-?" || option === "--help") {
      proc.err(IFCONFIG_USAGE);
      return 0;
    } else {
      proc.err(`ifconfig: option \`${option}' not recognised.\n${HINT}`);
      return 1;
    }
  }
  const print = (i: Interface) => proc.out(short ? formatShort(i) : formatInterface(i));
  const [name, ...words] = proc.argv.slice(at);
  if (short) proc.out(SHORT_HEADER);
  if (name === undefined) {
    for (const i of interfaces(proc, all)) print(i);
    return 0;
  }
  if (words.length === 0) {
    const found = interfaceByName(proc, name);
    if (!found) {
      proc.err(`${name}: error fetching interface information: Device not found\n`);
      return 1;
    }
    print(found);
    return 0;
  }
  try {
    return new Changer(proc, name).run(words);
  } catch (error) {
    if (error instanceof Exit) return error.status;
    throw error;
  }
};
