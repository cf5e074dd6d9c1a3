import { KernelError } from "../../base/errno.ts";
import type { Running } from "../../machine/process.ts";
import { Exit } from "../../machine/process.ts";
import { RawSocket } from "../../network/socket/raw.ts";
import type { QueuedError } from "../../network/socket/socket.ts";
import { UdpSocket } from "../../network/socket/udp.ts";
import { put16, put32, u16 } from "../../wire/bytes.ts";
import { checksum, pseudo4 } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { lookupAddress, lookupName, NO_NAME_SERVER, parseAddress } from "../tool/resolve.ts";
import { defineTool, type Tool } from "../tool/tool.ts";
import { HELP, VERSION } from "./help.ts";

interface Probe {
  readonly ttl: number;
  sentAt: number;
  /** ns, or −1 when there was no answer. */
  rtt: number;
  from: number;
  error: string;
  done: boolean;
  final: boolean;
  socket: UdpSocket | null;
  key: number;
}

interface Settings {
  readonly heading: string;
  readonly method: "udp" | "icmp" | "tcp";
  readonly to: number;
  readonly first: number;
  readonly hops: number;
  readonly perHop: number;
  readonly together: number;
  readonly wait: readonly [max: number, here: number, near: number];
  readonly port: number;
  readonly numeric: boolean;
  readonly size: number;
  readonly device: string | undefined;
  readonly source: number;
  readonly dontFragment: boolean;
  readonly tos: number;
  readonly sendWait: number;
  readonly mark: number;
  /** -U: every probe goes to the same port. */
  readonly samePort: boolean;
}

/** What an ICMP unreachable says (print_probe's "!H"). */
function unreachable(code: number): string {
  const letters: Readonly<Record<number, string>> = {
    0: "!N",
    1: "!H",
    2: "!P",
    4: "!F",
    5: "!S",
    9: "!X",
    10: "!X",
    13: "!X",
    14: "!V",
    15: "!C",
  };
  return code === icmp.PORT_UNREACH ? "" : (letters[code] ?? `!<${code}>`);
}

/** Dmitry Butskoy's traceroute 2.1: sixteen probes under way at once. */
class Traceroute {
  private readonly tool: Tool;
  private readonly s: Settings;
  private readonly probes: Probe[] = [];
  private raw: RawSocket | null = null;
  private identifier = 0;
  private source = 0;
  private lastSend = Number.NEGATIVE_INFINITY;

  constructor(tool: Tool, s: Settings) {
    this.tool = tool;
    this.s = s;
    for (let n = 0; n < s.hops * s.perHop; n++)
      this.probes.push({
        ttl: Math.floor(n / s.perHop) + 1,
        sentAt: -1,
        rtt: -1,
        from: 0,
        error: "",
        done: false,
        final: false,
        socket: null,
        key: n,
      });
  }

  private fatal(what: string, error: unknown): never {
    if (!(error instanceof KernelError)) throw error;
    this.tool.proc.err(`\n${what}: ${error.message}\n`);
    throw new Exit(1);
  }

  private prepare(): void {
    const { net } = this.tool.proc;
    const probe = new UdpSocket(net, this.tool.proc);
    this.configure(probe);
    try {
      if (this.s.source) probe.bind(this.s.source, 0);
      probe.connect(this.s.to, this.s.port);
    } catch (error) {
      // The heading's line ends only before the first hop; ICMP and TCP look for their way before it is said.
      if (this.s.method === "udp") this.tool.proc.out(this.s.heading);
      this.fatal("connect", error);
    }
    this.tool.proc.out(this.s.heading);
    this.source = probe.localAddress;
    probe.close();
    this.identifier = 0x8000 | net.host.random.below(0x8000);
    if (this.s.method === "udp") return;
    this.raw = new RawSocket(net, this.tool.proc, this.s.method === "icmp" ? ipv4.ICMP : ipv4.TCP);
    this.configure(this.raw);
    if (this.s.source) this.raw.bind(this.s.source);
  }

  private configure(socket: UdpSocket | RawSocket): void {
    const o = socket.options;
    o.receiveErrors = true;
    o.mtuDiscover = this.s.dontFragment ? "probe" : "dont";
    o.tos = this.s.tos;
    o.mark = this.s.mark;
    if (this.s.device !== undefined) {
      const dev = this.tool.proc.net.links.byName(this.s.device);
      if (!dev) this.fatal("setsockopt SO_BINDTODEVICE", new KernelError("ENODEV"));
      o.device = dev;
    }
  }

  private send(probe: Probe, waiting: boolean): void {
    const { s } = this;
    const now = this.tool.proc.machine.now;
    try {
      if (s.method === "udp") {
        const socket = new UdpSocket(this.tool.proc.net, this.tool.proc);
        this.configure(socket);
        socket.options.ttl = probe.ttl;
        if (s.source) socket.bind(s.source, 0);
        socket.connect(s.to, s.samePort ? s.port : s.port + probe.key);
        probe.socket = socket;
        const data = new Uint8Array(Math.max(0, s.size - 28));
        for (let i = 0; i < data.length; i++) data[i] = 0x40 + (i & 0x3f);
        socket.send(data);
      } else {
        const raw = this.raw as RawSocket;
        raw.options.ttl = probe.ttl;
        raw.send(s.method === "icmp" ? this.echo(probe) : this.syn(probe), { to: s.to });
      }
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (error.code === "EHOSTUNREACH" || error.code === "ENETUNREACH" || error.code === "EMSGSIZE") {
        // An error of an earlier probe; this one is sent again.
        return;
      }
      if (error.code === "ENOBUFS") {
        // Later, if there is something to wait for.
        if (!waiting) this.fatal("send probe", error);
        return;
      }
      this.fatal("send", error);
    }
    probe.sentAt = now;
    this.lastSend = now;
  }

  private echo(probe: Probe): Uint8Array {
    const data = new Uint8Array(Math.max(8, this.s.size - 20));
    data[0] = icmp.ECHO;
    put16(data, 4, this.identifier);
    put16(data, 6, this.s.port + probe.key);
    for (let i = 8; i < data.length; i++) data[i] = 0x40 + (i & 0x3f);
    put16(data, 2, checksum(data, 0, data.length));
    return data;
  }

  /** A SYN with MSS, SACK permitted, timestamps and window scale; each probe has its own source port. */
  private syn(probe: Probe): Uint8Array {
    const data = new Uint8Array(40);
    put16(data, 0, (this.identifier + probe.key) & 0xffff);
    put16(data, 2, this.s.port);
    put32(data, 4, this.tool.proc.net.host.random.u32());
    data[12] = 10 << 4;
    data[13] = 2;
    put16(data, 14, 5840);
    data.set([2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 2], 20);
    put16(data, 16, checksum(data, 0, 40, pseudo4(this.source, this.s.to, ipv4.TCP, 40)));
    return data;
  }

  /** An ICMP error of a probe. */
  private heard(probe: Probe | undefined, e: QueuedError): void {
    if (!probe || probe.done || e.origin !== "icmp") return;
    probe.rtt = e.time - probe.sentAt;
    probe.from = e.offender;
    probe.done = true;
    if (e.type === icmp.TIME_EXCEEDED) return;
    probe.final = true;
    probe.error = e.type === icmp.DEST_UNREACH ? unreachable(e.code) : `!<${e.type}-${e.code}>`;
    if (e.type === icmp.DEST_UNREACH && e.code === icmp.FRAG_NEEDED) probe.error = `!F-${e.info}`;
  }

  private poll(): void {
    if (!this.raw) {
      for (const probe of this.probes) {
        const { socket } = probe;
        if (!socket || probe.done) continue;
        for (let e = socket.receiveError(); e; e = socket.receiveError()) this.heard(probe, e);
        if (!probe.done) {
          try {
            const reply = socket.receive();
            if (typeof reply === "object" && reply !== undefined)
              Object.assign(probe, {
                done: true,
                final: true,
                rtt: reply.time - probe.sentAt,
                from: reply.from,
              });
          } catch (error) {
            if (!(error instanceof KernelError)) throw error;
          }
        }
        if (probe.done) {
          socket.close();
          probe.socket = null;
        }
      }
      return;
    }
    const keyOf = (data: Uint8Array, at: number) =>
      this.s.method === "icmp" ? u16(data, at + 6) - this.s.port : (u16(data, at) - this.identifier) & 0xffff;
    for (let e = this.raw.receiveError(); e; e = this.raw.receiveError())
      if (e.data.length >= 8 && e.to === this.s.to) this.heard(this.probes[keyOf(e.data, 0)], e);
    for (;;) {
      try {
        const d = this.raw.receive();
        if (typeof d !== "object" || d === undefined) return;
        if (d.from !== this.s.to) continue;
        const at = ipv4.headerLength(d.data, 0);
        const echo = this.s.method === "icmp";
        if (echo && (d.data[at] !== icmp.ECHO_REPLY || u16(d.data, at + 4) !== this.identifier)) continue;
        const probe =
          this.probes[
            echo ? u16(d.data, at + 6) - this.s.port : (u16(d.data, at + 2) - this.identifier) & 0xffff
          ];
        if (!probe || probe.done || probe.sentAt < 0) continue;
        Object.assign(probe, { done: true, final: true, rtt: d.time - probe.sentAt, from: d.from });
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
      }
    }
  }

  /** get_timeout: less than the maximum when this hop or a later one has already answered. */
  private timeout(n: number): number {
    const [max, here, near] = this.s.wait;
    const own = this.probes[n];
    if (here) {
      const same = this.probes.find((p) => p.ttl === own.ttl && p.done && p.rtt >= 0);
      if (same) return Math.min(max * 1e9, same.rtt * here + 1e6);
    }
    if (near) {
      const later = this.probes.find((p) => p.ttl > own.ttl && p.done && p.rtt >= 0);
      if (later) return Math.min(max * 1e9, later.rtt * near + 1e6);
    }
    return max * 1e9;
  }

  private get answered(): number {
    return this.probes.filter((p) => p.done).length;
  }

  private printed = { ttl: 0, from: -1 };

  private *print(n: number): Running<void> {
    const probe = this.probes[n];
    let line = "";
    if (probe.ttl !== this.printed.ttl) {
      line += `\n${String(probe.ttl).padStart(2)} `;
      this.printed = { ttl: probe.ttl, from: -1 };
    }
    if (probe.rtt < 0) line += " *";
    else {
      if (probe.from !== this.printed.from) {
        const text = ipv4.format(probe.from);
        line += this.s.numeric
          ? ` ${text}`
          : ` ${lookupAddress(this.tool.proc, probe.from) ?? text} (${text})`;
        this.printed.from = probe.from;
      }
      line += `  ${(probe.rtt / 1e6).toFixed(3)} ms`;
      if (probe.error !== "") line += ` ${probe.error}`;
    }
    yield* this.tool.print(line);
    yield* this.tool.out.flush();
  }

  *run(): Running {
    const { machine } = this.tool.proc;
    try {
      this.prepare();
      let start = (this.s.first - 1) * this.s.perHop;
      let end = this.probes.length;
      while (start < end) {
        this.poll();
        let next = Number.POSITIVE_INFINITY;
        let flying = 0;
        for (let n = start; n < end && flying < this.s.together; n++) {
          const probe = this.probes[n];
          if (!probe.done && probe.sentAt >= 0 && machine.now - probe.sentAt >= this.timeout(n)) {
            probe.done = true;
            probe.socket?.close();
            probe.socket = null;
          }
          if (probe.done) {
            if (n === start) {
              yield* this.print(n);
              start++;
            }
            if (probe.final) end = (Math.floor(n / this.s.perHop) + 1) * this.s.perHop;
            continue;
          }
          if (probe.sentAt < 0) {
            if (this.s.sendWait && machine.now - this.lastSend < this.s.sendWait) {
              next = Math.min(next, this.lastSend + this.s.sendWait);
              break;
            }
            const waiting = next !== Number.POSITIVE_INFINITY;
            this.send(probe, waiting);
            if (probe.sentAt < 0) {
              if (!waiting) next = machine.now;
              break;
            }
          }
          next = Math.min(next, probe.sentAt + this.timeout(n));
          flying++;
        }
        if (start >= end || next === Number.POSITIVE_INFINITY) continue;
        // What came while the probes were sent is there before one can wait for it.
        const before = this.answered;
        this.poll();
        if (this.answered > before) continue;
        const queues = this.raw
          ? [this.raw.readable]
          : this.probes.flatMap((p) => (p.socket ? [p.socket.readable] : []));
        // select_estimate_accuracy: poll(2) may sleep a thousandth longer, so that probes sent in a row time out in a row.
        const sleep = Math.max(0, next - machine.now);
        yield { queues, until: machine.now + sleep + Math.min(sleep / 1000, 100e6) };
      }
      yield* this.tool.print("\n");
    } finally {
      this.raw?.close();
      for (const probe of this.probes) probe.socket?.close();
    }
    return 0;
  }
}

export const traceroute = defineTool({
  names: ["traceroute", "traceroute.db"],
  summary: "trace the path of packets",
  usageStatus: 2,
  hint: () => "",
  ownHelp: true,
  *main(tool) {
    let opts: ReturnType<typeof getopt>;
    try {
      opts = getopt(tool.args, "46dFf:g:Ii:m:N:np:t:l:Tw:q:rs:z:AUDeM:O:P:V", {
        "dont-fragment": "F",
        "first:": "f",
        icmp: "I",
        tcp: "T",
        udp: "U",
        "interface:": "i",
        "max-hops:": "m",
        "sim-queries:": "N",
        "port:": "p",
        "tos:": "t",
        "wait:": "w",
        "queries:": "q",
        "source:": "s",
        "sendwait:": "z",
        "fwmark:": "fwmark",
        mtu: "mtu",
        version: "V",
        help: "help",
      });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const bad = /'([^']*)'$/.exec(error.message)?.[1] ?? "";
      tool.proc.err(`Bad option \`${bad.startsWith("-") ? bad : `-${bad}`}' (argc 1)\n`);
      return 2;
    }
    if (opts.has("V") || opts.has("help")) {
      tool.proc.err(opts.has("V") ? VERSION : HELP);
      return 0;
    }
    for (const key of ["6", "g", "A", "D", "M", "P", "O", "mtu"])
      if (opts.has(key)) {
        tool.proc.err(`traceroute: ${key === "mtu" ? "--" : "-"}${key} is not modelled by Packetwalk\n`);
        return 2;
      }
    const host = opts.rest[0];
    if (host === undefined) {
      tool.proc.err(HELP);
      return 0;
    }
    const to = parseAddress(host) ?? lookupName(tool.proc, host);
    if (to === undefined) {
      tool.proc.err(
        `${host}: ${NO_NAME_SERVER}\nCannot handle "host" cmdline arg \`${host}' on position 1 (argc ${tool.args.indexOf(host) + 1})\n`,
      );
      return 2;
    }
    const number = (key: string, missing: number) => (opts.has(key) ? Number(opts.get(key)) : missing);
    const fault = (message: string): never => {
      tool.proc.err(`${message}\n`);
      throw new Exit(2);
    };
    const hops = number("m", 30);
    const first = number("f", 1);
    const perHop = number("q", 3);
    if (!(hops >= 1 && hops <= 255)) fault("max hops cannot be more than 255");
    if (!(first >= 1 && first <= hops)) fault("first hop out of range");
    if (!(perHop >= 1 && perHop <= 10)) fault("no more than 10 probes per hop");
    const [max, here, near] = (opts.get("w") ?? "5,3,10").split(",");
    const [, length, more] = opts.rest;
    if (length !== undefined && !/^\d+$/.test(length))
      fault(
        `Cannot handle "packetlen" cmdline arg \`${length}' on position 2 (argc ${tool.args.indexOf(length) + 1})`,
      );
    if (more !== undefined) fault(`Extra arg \`${more}' (position 3, argc ${tool.args.indexOf(more) + 1})`);
    const size = Math.max(Number(length ?? 60), opts.has("T") ? 60 : 28);
    const method = opts.has("I") ? "icmp" : opts.has("T") ? "tcp" : "udp";
    const heading = `traceroute to ${host} (${ipv4.format(to)}), ${hops} hops max, ${size} byte packets`;
    yield* tool.out.flush();
    const z = number("z", 0);
    return yield* new Traceroute(tool, {
      method,
      heading,
      to,
      first,
      hops,
      perHop,
      together: number("N", 16),
      wait: [Number(max), here === undefined ? 0 : Number(here), near === undefined ? 0 : Number(near)],
      port: number("p", opts.has("U") ? 53 : method === "udp" ? 33434 : method === "icmp" ? 1 : 80),
      numeric: opts.has("n"),
      size,
      device: opts.get("i"),
      source: opts.has("s") ? (parseAddress(opts.get("s") as string) ?? 0) : 0,
      dontFragment: opts.has("F"),
      tos: number("t", 0),
      sendWait: (z > 10 ? z / 1000 : z) * 1e9,
      mark: number("fwmark", 0),
      samePort: opts.has("U"),
    }).run();
  },
});
