import { KernelError } from "../../base/errno.ts";
import { AGAIN } from "../../base/wait.ts";
import type { Running } from "../../machine/process.ts";
import { PingSocket } from "../../network/socket/ping.ts";
import { RawSocket } from "../../network/socket/raw.ts";
import type { Datagram } from "../../network/socket/socket.ts";
import { UdpSocket } from "../../network/socket/udp.ts";
import { put16, u16, u32 } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import * as icmp from "../../wire/icmp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { canonicalName, lookupAddress, lookupName, NO_NAME_SERVER, parseAddress } from "../tool/resolve.ts";
import { defineTool, fail, type Tool } from "../tool/tool.ts";
import { little, readLittle, recordedRoute } from "./bytes.ts";
import { icmpText } from "./icmp-text.ts";
import { type PingOptions, parsePing, USAGE_HINT } from "./options.ts";
import { Statistics, tripText } from "./statistics.ts";

const MS = 1_000_000;
/** MININTERVAL of iputils, milliseconds. */
const SHORTEST = 10;
/** Probes carry the time they were sent when they have room for a struct timeval. */
const TIMEVAL = 16;

/** iputils' ping (20221126), over a raw socket, or an ICMP datagram socket where ping_group_range allows. */
class Ping {
  private readonly tool: Tool;
  private readonly o: PingOptions;
  private readonly stats = new Statistics();
  private host: string;
  private to: number;
  private socket!: RawSocket | PingSocket;
  private datagram = false;
  private identifier = 0;
  private source = 0;
  private device: string | null = null;
  private started = -1;
  private current = 0;
  private tokens = 0;
  /** Sends that the device did not take (pinger's oom_count). */
  private crowded = 0;
  private exiting = false;
  private exitAt = Number.POSITIVE_INFINITY;
  private snapshot = false;
  private routeSeen = "";

  constructor(tool: Tool, options: PingOptions) {
    this.tool = tool;
    this.o = options;
    const numeric = parseAddress(options.target);
    this.host = options.target;
    if (numeric !== undefined) {
      this.to = numeric;
      this.o.numeric = true;
    } else {
      const found = lookupName(tool.proc, options.target);
      if (found === undefined) fail(tool, `${options.target}: ${NO_NAME_SERVER}`, 2);
      this.to = found;
      this.host = canonicalName(tool.proc, options.target);
    }
  }

  private get timing(): boolean {
    return this.o.size >= TIMEVAL;
  }

  private fatal(what: string, error: unknown): never {
    if (!(error instanceof KernelError)) throw error;
    fail(this.tool, `${what}: ${error.message}`, 2);
  }

  /** ping4_run, up to the first line. */
  private *open(): Running<void> {
    const { proc } = this.tool;
    const { net } = proc;
    const o = this.o;
    const probe = new UdpSocket(net, proc);
    const range = net.sysctl.get("net/ipv4/ping_group_range").trim().split(/\s+/).map(Number);
    this.datagram = range[0] <= proc.uid && proc.uid <= range[1] && !o.route && o.identifier === undefined;
    this.socket = this.datagram ? new PingSocket(net, proc) : new RawSocket(net, proc, ipv4.ICMP);
    let strict = false;
    if (o.from !== undefined) {
      const address = parseAddress(o.from);
      if (address !== undefined) {
        this.source = address;
        strict = true;
      } else {
        const dev = net.links.byName(o.from);
        if (!dev) fail(this.tool, `SO_BINDTODEVICE ${o.from}: No such device`, 2);
        this.device = o.from;
        probe.options.device = dev;
        this.socket.options.device = dev;
      }
    }
    let broadcast = false;
    if (this.source === 0) {
      try {
        probe.connect(this.to, 1025);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (error.code !== "EACCES") this.fatal("connect", error);
        if (!o.broadcast)
          fail(
            this.tool,
            "Do you want to ping broadcast? Then -b. If not, check your local firewall rules",
            2,
          );
        proc.err("WARNING: pinging broadcast address\n");
        broadcast = true;
        probe.options.broadcast = true;
        try {
          probe.connect(this.to, 1025);
        } catch (again) {
          this.fatal("connect", again);
        }
      }
      this.source = probe.localAddress;
    }
    probe.close();
    // The kernel connected "this host" to itself: the answer comes from the source it chose.
    if (this.to === 0) this.to = this.source;
    const s = this.socket.options;
    s.dontRoute = this.o.direct;
    if (strict) {
      try {
        this.socket.bind(this.source);
      } catch (error) {
        this.fatal("bind", error);
      }
    } else if (this.socket instanceof PingSocket) this.socket.bind(0, 0);
    if (broadcast || o.broadcast) s.broadcast = true;
    if (o.pmtu !== null) s.mtuDiscover = o.pmtu;
    // ping4_run: with -b, whether the address is a broadcast or not.
    else if (broadcast || o.broadcast || this.to >>> 28 === 14) s.mtuDiscover = "do";
    s.receiveErrors = true;
    if (o.ttl === 0) fail(this.tool, "cannot set unicast time-to-live: Invalid argument", 2);
    if (o.ttl !== null) s.ttl = o.ttl;
    s.tos = o.tos;
    s.mark = o.mark;
    if (this.socket instanceof RawSocket) {
      const wanted = [
        icmp.SOURCE_QUENCH,
        icmp.DEST_UNREACH,
        icmp.TIME_EXCEEDED,
        icmp.PARAMETER_PROBLEM,
        icmp.REDIRECT,
        icmp.ECHO_REPLY,
      ];
      this.socket.icmpFilter = wanted.reduce((mask, t) => mask & ~(1 << t), ~0) >>> 0;
      this.identifier = o.identifier ?? net.host.random.below(0x10000);
    } else this.identifier = this.socket.localPort;
    if (o.route) {
      // NOP, then record route with nine places (RFC 791 section 3.1).
      const bytes = new Uint8Array(40);
      bytes.set([1, 7, 39, 4]);
      s.ipOptions = bytes;
    }
    if (
      this.device !== null &&
      !net.links.byName(this.device)?.ipv4.addresses.some((a) => a.local === this.source)
    ) {
      proc.err(
        `${this.tool.name}: Warning: source address might be selected on device other than: ${this.device}\n`,
      );
    }
    if (o.verbose) {
      const type = this.datagram ? "SOCK_DGRAM" : "SOCK_RAW";
      proc.err(
        `${this.tool.name}: sock4.fd: 3 (socktype: ${type}), sock6.fd: 4 (socktype: ${type}), hints.ai_family: AF_UNSPEC\n\n`,
      );
      yield* this.tool.print(`ai->ai_family: AF_INET, ai->ai_canonname: '${this.host}'\n`);
    }
    if (o.pattern)
      yield* this.tool.print(
        `PATTERN: 0x${[...o.pattern].map((b) => b.toString(16).padStart(2, "0")).join("")}\n`,
      );
    let line = `PING ${this.host} (${ipv4.format(this.to)}) `;
    if (this.device !== null || strict) line += `from ${ipv4.format(this.source)} ${this.device ?? ""}: `;
    const total = o.size + 8 + (o.route ? 40 : 0) + 20;
    yield* this.tool.print(`${line}${o.size}(${total}) bytes of data.\n`);
  }

  *run(): Running {
    try {
      return yield* this.loop();
    } finally {
      this.socket?.close();
    }
  }

  private *loop(): Running {
    const { proc } = this.tool;
    if (this.o.flood) this.tool.out.buffering("none");
    yield* this.open();
    proc.handle("INT", () => {
      this.exiting = true;
      this.socket.readable.wake();
      return "continue";
    });
    proc.handle("QUIT", () => {
      this.snapshot = true;
      this.socket.readable.wake();
      return "continue";
    });
    if (this.o.deadline) this.exitAt = proc.machine.now + this.o.deadline * 1000 * MS;
    for (;;) {
      if (proc.machine.now >= this.exitAt) this.exiting = true;
      if (this.exiting) break;
      if (this.o.count && this.stats.received + this.stats.errors >= this.o.count) break;
      if (this.o.deadline && this.stats.errors) break;
      if (this.snapshot) {
        this.snapshot = false;
        proc.err(this.stats.snapshot(this.timing));
      }
      let next: number;
      do {
        next = this.scheduleExit(yield* this.probe());
      } while (next <= 0 && !this.exiting);
      if (this.socket.queued === 0 && !(yield* this.hasNews())) {
        yield {
          queues: [this.socket.readable],
          until: Math.min(proc.machine.now + Math.max(next, 0.001) * MS, this.exitAt),
        };
      }
      yield* this.receiveAll();
    }
    yield* this.tool.print(
      this.stats.summary(
        this.host,
        this.current - Math.max(0, this.started),
        this.timing,
        this.o.interval === 0 || this.o.flood || this.o.adaptive,
      ),
    );
    return this.stats.received === 0 || (this.o.deadline > 0 && this.stats.received < this.o.count) ? 1 : 0;
  }

  // biome-ignore lint/correctness/useYield: kept a generator beside the other steps
  private *hasNews(): Running<boolean> {
    return this.exiting || this.snapshot;
  }

  /** schedule_exit: when all probes are out, how long the last answer is waited for. */
  private scheduleExit(next: number): number {
    const { o, stats } = this;
    if (!o.count || stats.transmitted < o.count || o.deadline) return next;
    if (this.exitAt !== Number.POSITIVE_INFINITY) return next;
    let wait = o.linger * 1000;
    if (stats.received) wait = Math.max(2 * stats.max, 1000 * o.interval);
    this.exitAt = this.tool.proc.machine.now + wait * 1000;
    return next < 0 || next < wait / 1000 ? wait / 1000 : next;
  }

  /** pinger(): sends a probe when it is time; gives the milliseconds until the next. */
  private *probe(): Running<number> {
    const { o, stats } = this;
    const { machine } = this.tool.proc;
    if (this.exiting || (o.count && stats.transmitted >= o.count && !o.deadline)) return 1000;
    if (this.started < 0) {
      this.started = this.current = machine.now;
      this.tokens = o.interval * (o.preload - 1);
    } else {
      let tokens = Math.trunc((machine.now - this.current) / MS);
      if (o.interval === 0 && tokens < SHORTEST && stats.inFlight >= o.preload) return SHORTEST - tokens;
      tokens = Math.min(tokens + this.tokens, o.interval * o.preload);
      if (tokens < o.interval) return o.interval - (machine.now - this.current) / MS - this.tokens || 0.001;
      this.current = machine.now;
      this.tokens = tokens - o.interval;
    }
    if (o.outstanding && stats.transmitted > 0 && !stats.wasSeen(stats.transmitted)) {
      yield* this.tool.print(`${this.stamp()}no answer yet for icmp_seq=${stats.transmitted & 0xffff}\n`);
      yield* this.tool.out.flush();
    }
    stats.mark(stats.transmitted + 1, false);
    try {
      this.socket.send(this.packet((stats.transmitted + 1) & 0xffff), { to: this.to });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      const crowded = error.code === "ENOBUFS";
      if (crowded) {
        // The device's queue is full: a while later it may not be. But not for ever.
        this.tokens = 0;
        const pause = Math.min(500, o.interval / 2);
        if (++this.crowded * pause < o.linger) return pause;
      }
      // An ICMP error that the failed send caused has come by now.
      const heard = crowded ? 1 : yield* this.errorMessage();
      if (heard === 0) return 0;
      // With an ICMP error beside it, the send's own error is told too (hard_local_error in pinger()).
      if (heard > 0 && !o.quiet) {
        if (o.flood) yield* this.tool.print("E");
        else this.tool.warn(`sendmsg: ${error.message}`);
      }
      stats.advance();
      this.tokens = 0;
      return Math.max(SHORTEST, o.interval);
    }
    stats.advance();
    if (o.flood && !o.quiet) yield* this.tool.print(".");
    return o.interval - this.tokens;
  }

  private packet(sequence: number): Uint8Array {
    const { size, pattern } = this.o;
    const data = new Uint8Array(8 + size);
    data[0] = icmp.ECHO;
    put16(data, 4, this.identifier);
    put16(data, 6, sequence);
    for (let i = 0; i < size; i++) data[8 + i] = pattern ? pattern[i % pattern.length] : i;
    if (this.timing) {
      const us = Math.floor((this.tool.proc.machine.epoch + this.tool.proc.machine.now) / 1000);
      little(data, 8, Math.floor(us / 1e6));
      little(data, 16, us % 1_000_000);
    }
    put16(data, 2, checksum(data, 0, data.length));
    return data;
  }

  private *receiveAll(): Running<void> {
    for (;;) {
      let datagram: Datagram | typeof AGAIN | undefined;
      try {
        datagram = this.socket.receive();
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        const heard = yield* this.errorMessage();
        if (heard === 0) return;
        continue;
      }
      if (datagram === AGAIN || datagram === undefined) return;
      yield* this.reply(datagram);
      if (this.stats.inFlight === 0) return;
    }
  }

  private address(a: number): string {
    const text = ipv4.format(a);
    if (this.o.numeric) return text;
    const name = lookupAddress(this.tool.proc, a);
    return name === undefined ? text : `${name} (${text})`;
  }

  private stamp(): string {
    if (!this.o.stamps) return "";
    const us = Math.floor((this.tool.proc.machine.epoch + this.tool.proc.machine.now) / 1000);
    return `[${Math.floor(us / 1e6)}.${String(us % 1_000_000).padStart(6, "0")}] `;
  }

  /** ping4_receive_error_msg: above 0 for ICMP errors, below for local ones, 0 for nothing of ours. */
  private *errorMessage(): Running<number> {
    const entry = this.socket.receiveError();
    const { o, stats, tool } = this;
    if (!entry) return -1;
    if (entry.origin === "local") {
      if (o.quiet) return -1;
      if (o.flood) yield* tool.print("E");
      else if (entry.errno === "EMSGSIZE") tool.warn(`local error: message too long, mtu=${entry.info}`);
      else tool.warn(`local error: ${new KernelError(entry.errno).message}`);
      stats.errors++;
      return -1;
    }
    if (
      entry.data.length < 8 ||
      entry.to !== this.to ||
      entry.data[0] !== icmp.ECHO ||
      u16(entry.data, 4) !== this.identifier
    )
      return 0;
    const sequence = u16(entry.data, 6);
    stats.acknowledge(sequence);
    stats.errors++;
    if (o.quiet) return 1;
    if (o.flood) yield* tool.print("\bE");
    else {
      yield* tool.print(
        `${this.stamp()}From ${this.address(entry.offender)} icmp_seq=${sequence} ${icmpText(entry.type, entry.code, entry.info)}\n`,
      );
      yield* tool.out.flush();
    }
    return 1;
  }

  /** ping4_parse_reply. */
  private *reply(d: Datagram): Running<void> {
    const { o, stats, tool } = this;
    const at = this.datagram ? 0 : ipv4.headerLength(d.data, 0);
    const data = d.data.subarray(at);
    if (data.length < 8) return;
    if (data[0] !== icmp.ECHO_REPLY) {
      yield* this.message(d, data);
      return;
    }
    if (u16(data, 4) !== this.identifier) return;
    const sequence = u16(data, 6);
    stats.received++;
    stats.acknowledge(sequence);
    let trip = 0;
    if (this.timing && data.length >= 8 + TIMEVAL) {
      const sent = readLittle(data, 8) * 1e6 + readLittle(data, 16);
      trip = Math.max(0, Math.floor((tool.proc.machine.epoch + d.time) / 1000) - sent);
      stats.time(trip);
      if (o.adaptive) o.interval = Math.trunc(((stats.rtt ? Math.trunc(stats.rtt / 8) : 1e6) + 500) / 1000);
    }
    const duplicate = stats.wasSeen(sequence);
    if (duplicate) {
      stats.repeats++;
      stats.received--;
    }
    stats.mark(sequence, true);
    if (o.quiet) return;
    if (o.flood) {
      yield* tool.print("\b \b");
      return;
    }
    let line = `${this.stamp()}${data.length} bytes from ${this.address(d.from)}: icmp_seq=${sequence}`;
    if (o.verbose) line += ` ident=${this.identifier}`;
    line += ` ttl=${d.ttl}`;
    if (data.length < o.size + 8) line += " (truncated)";
    else {
      if (this.timing) line += ` time=${tripText(trip)} ms`;
      if (duplicate) line += " (DUP!)";
    }
    if (o.audible) line += "\x07";
    yield* tool.print(`${line}${this.routeText(d.options)}\n`);
    yield* tool.out.flush();
  }

  /** Other ICMP messages that a raw socket sees: redirects are told, errors were told by the error queue. */
  private *message(d: Datagram, data: Uint8Array): Running<void> {
    if (
      data.length < 8 + 20 + 8 ||
      (data[0] !== icmp.REDIRECT && data[0] !== icmp.SOURCE_QUENCH && !icmp.isError(data[0]))
    )
      return;
    const inner = 8 + ipv4.headerLength(data, 8);
    if (
      data[inner] !== icmp.ECHO ||
      ipv4.dst(data, 8) !== this.to ||
      u16(data, inner + 4) !== this.identifier
    )
      return;
    const sequence = u16(data, inner + 6);
    if (data[0] !== icmp.REDIRECT && data[0] !== icmp.SOURCE_QUENCH) {
      this.stats.acknowledge(sequence);
      return;
    }
    if (this.o.quiet || this.o.flood) return;
    const info = data[0] === icmp.REDIRECT ? this.address(u32(data, 4)) : 0;
    yield* this.tool.print(
      `${this.stamp()}From ${this.address(d.from)}: icmp_seq=${sequence} ${icmpText(data[0], data[1], info)}\n`,
    );
    yield* this.tool.out.flush();
  }

  /** The recorded route of an answer (pr_options). */
  private routeText(options: Uint8Array): string {
    const route = recordedRoute(options);
    if (!route) return "";
    const key = route.join(".");
    if (key === this.routeSeen && !this.o.flood) return "\t(same route)";
    this.routeSeen = key;
    return `\nRR: ${route.map((a) => `\t${this.address(a)}\n`).join("")}`;
  }
}

export const ping = defineTool({
  names: ["ping", "ping4"],
  summary: "ICMP echo requests",
  writeError: "ignored",
  usageStatus: 2,
  hint: () => USAGE_HINT,
  *main(tool) {
    if (tool.args.length === 1 && tool.args[0] === "-V") {
      yield* tool.print(
        "ping from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n",
      );
      return 0;
    }
    return yield* new Ping(tool, parsePing(tool)).run();
  },
});
