import type { Process } from "../../machine/process.ts";
import { readText } from "../../machine/vfs.ts";
import type { FilterNames } from "../../wire/filter/parser.ts";
import { parse as parse4 } from "../../wire/ipv4.ts";
import type { Names } from "../../wire/print/dissection.ts";

/** Names of hosts and services from the machine's /etc/hosts and /etc/services, each read when first asked. */
export class SystemNames implements Names, FilterNames {
  private readonly proc: Process;
  private hosts: Map<string, number[]> | null = null;
  private byAddress = new Map<number, string>();
  private services: Map<string, number> | null = null;
  private byPort = new Map<string, string>();

  constructor(proc: Process) {
    this.proc = proc;
  }

  host4(address: number): string | undefined {
    this.readHosts();
    return this.byAddress.get(address);
  }

  host(name: string): readonly number[] | undefined {
    return this.readHosts().get(name.toLowerCase());
  }

  service(port: number, protocol: "tcp" | "udp"): string | undefined {
    this.readServices();
    return this.byPort.get(`${port}/${protocol}`);
  }

  port(name: string): number | undefined {
    return this.readServices().get(name);
  }

  private lines(path: string): string[] {
    try {
      return readText(this.proc, path)
        .split("\n")
        .map((line) => line.replace(/#.*/, "").trim())
        .filter((line) => line !== "");
    } catch {
      // No such file: no names.
      return [];
    }
  }

  private readHosts(): Map<string, number[]> {
    if (this.hosts) return this.hosts;
    this.hosts = new Map();
    for (const line of this.lines("/etc/hosts")) {
      const [address, ...names] = line.split(/\s+/);
      const value = parse4(address);
      if (value === undefined) continue;
      for (const name of names) {
        const known = this.hosts.get(name.toLowerCase());
        if (known) known.push(value);
        else this.hosts.set(name.toLowerCase(), [value]);
      }
      if (names.length > 0 && !this.byAddress.has(value)) this.byAddress.set(value, names[0]);
    }
    return this.hosts;
  }

  private readServices(): Map<string, number> {
    if (this.services) return this.services;
    this.services = new Map();
    for (const line of this.lines("/etc/services")) {
      const [name, at, ...aliases] = line.split(/\s+/);
      const m = /^(\d+)\/(\w+)$/.exec(at ?? "");
      if (!m) continue;
      for (const word of [name, ...aliases])
        if (!this.services.has(word)) this.services.set(word, Number(m[1]));
      if (!this.byPort.has(at)) this.byPort.set(at, name);
    }
    return this.services;
  }
}
