import { KernelError } from "../../base/errno.ts";
import { Exit, type Process, type Program } from "../../machine/process.ts";
import type { Device } from "../../network/device.ts";
import type { NeighbourInfo } from "../../network/neighbours.ts";
import { format as formatMac, parse as parseMac } from "../../wire/ethernet.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { parseIpv4 } from "../ip/inet.ts";
import { ARP_USAGE, ARP_VERSION } from "./help.ts";

/** A line of /proc/net/arp. */
interface Entry {
  readonly address: number;
  readonly dev: Device;
  /** undefined: not resolved, or a proxy entry. */
  readonly mac: Uint8Array | undefined;
  readonly permanent: boolean;
  readonly published: boolean;
}

const ERROR = 255;

/** States whose address is known (NUD_VALID): others are "incomplete". */
const VALID: ReadonlySet<NeighbourInfo["state"]> = new Set([
  "PERMANENT",
  "NOARP",
  "REACHABLE",
  "PROBE",
  "STALE",
  "DELAY",
]);

class Arp {
  private readonly proc: Process;
  numeric = false;
  verbose = false;
  bsd = false;
  useDevice = false;
  device: string | undefined;
  hardware = "";

  constructor(proc: Process) {
    this.proc = proc;
  }

  die(text: string, status = ERROR): never {
    this.proc.err(text);
    throw new Exit(status);
  }

  private entries(): Entry[] {
    const { neighbours } = this.proc.net;
    const found: Entry[] = [];
    for (const n of neighbours.list()) {
      // /proc/net/arp leaves NOARP entries out (NEIGH_SEQ_SKIP_NOARP), and those that are nothing yet.
      if (n.state === "NOARP") continue;
      const valid = VALID.has(n.state);
      found.push({
        address: n.address,
        dev: n.dev,
        mac: valid ? n.mac : undefined,
        permanent: n.state === "PERMANENT",
        published: false,
      });
    }
    for (const p of neighbours.listProxy()) {
      found.push({ address: p.address, dev: p.dev, mac: undefined, permanent: true, published: true });
    }
    return found;
  }

  show(host: string | undefined): number {
    let wanted: number | undefined;
    if (host !== undefined) {
      wanted = parseIpv4(host);
      if (wanted === undefined) this.die(`${host}: Host name lookup failure\n`);
    }
    const all = this.entries();
    const shown = all.filter(
      (e) =>
        (wanted === undefined || e.address === wanted) &&
        (this.device === undefined || e.dev.name === this.device),
    );
    if (shown.length > 0 && !this.bsd) {
      this.proc.out("Address                  HWtype  HWaddress           Flags Mask            Iface\n");
    }
    for (const e of shown) this.proc.out(this.bsd ? this.bsdLine(e) : this.linuxLine(e));
    if (this.verbose) {
      this.proc.out(
        `Entries: ${all.length}\tSkipped: ${all.length - shown.length}\tFound: ${shown.length}\n`,
      );
    }
    if (shown.length === 0) {
      if (host !== undefined && !this.bsd) {
        this.proc.out(`${host} (${ipv4.format(wanted ?? 0)}) -- no entry\n`);
      } else if (this.device !== undefined || host !== undefined || this.hardware !== "") {
        this.proc.out(`arp: in ${all.length} entries no match found.\n`);
      }
    }
    return 0;
  }

  private bsdLine(e: Entry): string {
    const at = e.published ? "<from_interface>" : e.mac ? `${formatMac(e.mac)} [ether]` : "<incomplete>";
    const permanent = e.permanent ? " PERM" : "";
    return `? (${ipv4.format(e.address)}) at ${at}${permanent}${e.published ? " PUB" : ""} on ${e.dev.name}\n`;
  }

  private linuxLine(e: Entry): string {
    const name = ipv4.format(e.address).padEnd(23);
    if (!e.published && !e.mac) return `${name}  ${"".padEnd(8)}${"(incomplete)".padEnd(42)}${e.dev.name}\n`;
    const type = e.published ? "*" : "ether";
    const address = e.published ? "<from_interface>" : formatMac(e.mac as Uint8Array);
    const flags = `${e.mac ? "C" : ""}${e.permanent ? "M" : ""}${e.published ? "P" : ""}`;
    return `${name}  ${type.padEnd(8)}${address.padEnd(20)}${flags.padEnd(6)}${"".padEnd(16)}${e.dev.name}\n`;
  }

  /** Where an entry goes when no device is named: the route's. */
  private deviceFor(address: number, call: string): Device {
    const { links, routes } = this.proc.net;
    if (this.device !== undefined) {
      const dev = links.byName(this.device);
      if (!dev) this.die(`${call}: No such device\n`);
      return dev;
    }
    let dev: Device;
    try {
      const route = routes.get({ dst: address });
      // arp_req_dev: the way must lead to the link itself.
      if (route.via !== 0) throw new KernelError("ENETUNREACH");
      dev = route.dev;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.die(`${call}: ${new KernelError(error.code).message}\n`);
    }
    if (dev.isLoopback) this.die(`${call}: Invalid argument\n`);
    return dev;
  }

  private host(text: string | undefined): number {
    if (text === undefined) this.die("arp: need host name\n");
    const address = parseIpv4(text);
    if (address === undefined) this.die(`${text}: Host name lookup failure\n`);
    return address;
  }

  set(words: readonly string[]): number {
    const [host, hardware, ...rest] = words;
    const address = this.host(host);
    if (hardware === undefined) this.die("arp: need hardware address\n");
    let mac: Uint8Array | undefined;
    if (this.useDevice) {
      const from = this.proc.net.links.byName(hardware);
      if (!from) this.die(`arp: cant get HW-Address for \`${hardware}': No such device.\n`);
      mac = from.mac;
      this.device ??= hardware;
    } else {
      mac = parseMac(hardware);
      if (!mac) this.die("arp: invalid hardware address\n");
    }
    let temporary = false;
    let published = false;
    for (let i = 0; i < rest.length; i++) {
      const word = rest[i];
      if (word === "temp") temporary = true;
      else if (word === "pub") published = true;
      else if (word === "priv") published = false;
      else if (word === "dev") this.device = rest[++i];
      else if (word === "netmask") {
        this.die('arp: "netmask" is not modelled in this simulation.\n');
      } else this.die(ARP_USAGE, 3);
    }
    if (published && this.device === undefined) this.die("SIOCSARP: No such device\n");
    const dev = this.deviceFor(address, "SIOCSARP");
    try {
      const { neighbours } = this.proc.net;
      if (published) neighbours.addProxy(dev, address);
      else neighbours.change(dev, { address, mac, state: temporary ? "STALE" : "PERMANENT" }, "replace");
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.die(`SIOCSARP: ${new KernelError(error.code).message}\n`);
    }
    return 0;
  }

  delete(words: readonly string[]): number {
    const [host, ...rest] = words;
    const address = this.host(host);
    let published = false;
    for (let i = 0; i < rest.length; i++) {
      if (rest[i] === "pub") published = true;
      else if (rest[i] === "dev") this.device = rest[++i];
    }
    const missing = (): never => {
      this.proc.out(`No ARP entry for ${host}\n`);
      throw new Exit(ERROR);
    };
    const { neighbours } = this.proc.net;
    if (published) {
      const proxy = neighbours.listProxy().find((p) => p.address === address);
      if (!proxy) return missing();
      neighbours.deleteProxy(proxy.dev, address);
      return 0;
    }
    const dev = this.deviceFor(address, "SIOCDARP(dontpub)");
    const known = neighbours.get(dev, address);
    if (!known || !VALID.has(known.state)) return missing();
    neighbours.delete(dev, address);
    return 0;
  }
}

const LONG: Record<string, string> = {
  "--verbose": "v",
  "--version": "V",
  "--all": "a",
  "--delete": "d",
  "--file": "f",
  "--numeric": "n",
  "--set": "s",
  "--protocol": "A",
  "--hw-type": "H",
  "--device": "i",
  "--help": "h",
  "--use-device": "D",
  "--symbolic": "N",
};

export const arp: Program = function* (proc) {
  const tool = new Arp(proc);
  let action: "show" | "set" | "delete" = "show";
  const words: string[] = [];
  try {
    for (let i = 1; i < proc.argv.length; i++) {
      const word = proc.argv[i];
      if (!word.startsWith("-") || word === "-") {
        words.push(word);
        continue;
      }
      const letters = word.startsWith("--") ? (LONG[word] ?? word) : word.slice(1);
      for (let j = 0; j < letters.length; j++) {
        const letter = letters[j];
        const value = () => {
          const rest = letters.slice(j + 1);
          j = letters.length;
          const text = rest !== "" ? rest : proc.argv[++i];
          if (text === undefined)
            tool.die(`arp: option requires an argument -- '${letter}'\n${ARP_USAGE}`, 3);
          return text;
        };
        if (letter === "n" || letter === "N") tool.numeric = true;
        else if (letter === "v") tool.verbose = true;
        else if (letter === "a") tool.bsd = true;
        else if (letter === "e") tool.bsd = false;
        else if (letter === "D") tool.useDevice = true;
        else if (letter === "s") action = "set";
        else if (letter === "d") action = "delete";
        else if (letter === "i") tool.device = value();
        else if (letter === "A" || letter === "p") value();
        else if (letter === "H" || letter === "t") {
          const type = value();
          if (type !== "ether") tool.die(`arp: ${type}: unknown hardware type.\n`);
          tool.hardware = type;
        } else if (letter === "f") {
          proc.err('arp: "-f" is not modelled in this simulation.\n');
          return 1;
        } else if (letter === "V") {
          proc.out(ARP_VERSION);
          return 0;
        } else if (letter === "h") {
          proc.err(ARP_USAGE);
          return 0;
        } else tool.die(`arp: invalid option -- '${letter}'\n${ARP_USAGE}`, 3);
      }
    }
    if (action === "set") return tool.set(words);
    if (action === "delete") return tool.delete(words);
    return tool.show(words[0]);
  } catch (error) {
    if (error instanceof Exit) return error.status;
    throw error;
  }
};
