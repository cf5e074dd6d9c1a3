import { KernelError } from "../../base/errno.ts";
import type { Running } from "../../machine/process.ts";
import type { QueuedError } from "../../network/socket/socket.ts";
import { UdpSocket } from "../../network/socket/udp.ts";
import { put32, u32 } from "../../wire/bytes.ts";
import { format } from "../../wire/ipv4.ts";
import { getopt } from "../tool/getopt.ts";
import { lookupAddress, lookupName, NO_NAME_SERVER, parseAddress } from "../tool/resolve.ts";
import { defineTool, fail, type Tool } from "../tool/tool.ts";
import { IPUTILS, TRACEPATH } from "./help.ts";

const OVERHEAD = 28;

/** iputils' tracepath (20221126). */
class Tracepath {
  private readonly tool: Tool;
  private readonly socket: UdpSocket;
  private readonly to: number;
  private readonly port: number;
  private readonly numeric: boolean;
  private readonly both: boolean;
  mtu: number;
  private sent = 0;
  private hopsTo = -1;
  private hopsFrom = -1;
  /** When each probe left, by its number. */
  private readonly times: { ttl: number; at: number }[] = [];

  constructor(tool: Tool, to: number, o: { port: number; length: number; numeric: boolean; both: boolean }) {
    this.tool = tool;
    this.to = to;
    this.port = o.port;
    this.numeric = o.numeric;
    this.both = o.both;
    this.mtu = o.length;
    this.socket = new UdpSocket(tool.proc.net, tool.proc);
    this.socket.options.mtuDiscover = "do";
    this.socket.options.receiveErrors = true;
  }

  *run(hops: number): Running {
    try {
      for (let ttl = 1; ttl <= hops; ttl++) {
        this.socket.options.ttl = ttl;
        let result = -1;
        for (let i = 0; i < 3; i++) {
          const before = this.mtu;
          result = yield* this.probe(ttl);
          if (this.mtu !== before) {
            if (result === 0) break;
            i = -1;
            continue;
          }
          if (result >= 0) break;
        }
        if (result === 0) return yield* this.resume();
        if (result < 0) yield* this.tool.print(`${String(ttl).padStart(2)}:  no reply\n`);
      }
      yield* this.tool.print(`     Too many hops: pmtu ${this.mtu}\n`);
      return yield* this.resume();
    } finally {
      this.socket.close();
    }
  }

  private *resume(): Running {
    let line = `     Resume: pmtu ${this.mtu} `;
    if (this.hopsTo >= 0) line += `hops ${this.hopsTo} `;
    if (this.hopsFrom >= 0) line += `back ${this.hopsFrom} `;
    yield* this.tool.print(`${line}\n`);
    return 0;
  }

  /** probe_ttl: 0 ends the trace, above 0 something was heard, below nothing. */
  private *probe(ttl: number): Running<number> {
    const { machine } = this.tool.proc;
    for (let i = 0; i < 10; i++) {
      const data = new Uint8Array(Math.max(8, this.mtu - OVERHEAD));
      put32(data, 0, ttl);
      put32(data, 4, this.times.length + 1);
      this.times.push({ ttl, at: machine.now });
      let ok = false;
      try {
        this.socket.send(data, { to: this.to, port: this.port + (this.sent & 63) });
        ok = true;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
      }
      if (ok) {
        this.sent++;
        const until = machine.now + 1e9;
        for (;;) {
          const result = yield* this.errors(ttl);
          if (result !== -1) return result;
          let reply: unknown;
          try {
            reply = this.socket.receive();
          } catch (error) {
            if (!(error instanceof KernelError)) throw error;
            continue;
          }
          if (typeof reply === "object") {
            yield* this.tool.print(`${String(ttl).padStart(2)}?: reply received 8)\n`);
            return 0;
          }
          if (machine.now >= until) return -1;
          yield { queues: [this.socket.readable], until };
        }
      }
      const result = yield* this.errors(ttl, true);
      if (result === 0) return 0;
      if (result > 0) i = -1;
    }
    yield* this.tool.print(`${String(ttl).padStart(2)}:  send failed\n`);
    return 0;
  }

  private host(entry: QueuedError): string {
    const text = format(entry.offender);
    if (this.numeric) return text;
    const name = lookupAddress(this.tool.proc, entry.offender);
    if (this.both) return `${name ?? "???"} (${text})`;
    return name ?? "???";
  }

  /** recverr: everything on the error queue. */
  private *errors(ttl: number, sending = false): Running<number> {
    let progress = -1;
    for (;;) {
      const e = this.socket.receiveError();
      if (!e) return progress;
      progress = this.mtu;
      const probe =
        !sending && e.origin === "icmp" && e.data.length >= 8 ? this.times[u32(e.data, 4) - 1] : undefined;
      let line = probe ? `${String(probe.ttl).padStart(2)}:  ` : `${String(ttl).padStart(2)}?: `;
      line += e.origin === "local" ? "[LOCALHOST]".padEnd(33) : this.host(e).padEnd(52);
      if (probe) {
        const us = Math.floor((e.time - probe.at) / 1000);
        line += `${String(Math.floor(us / 1000)).padStart(3)}.${String(us % 1000).padStart(3, "0")}ms `;
      }
      const hops = e.ttl <= 64 ? 65 - e.ttl : e.ttl <= 128 ? 129 - e.ttl : 256 - e.ttl;
      const tail = (text: string) => this.tool.print(`${line}${text}\n`);
      switch (e.errno) {
        case "EMSGSIZE":
          yield* tail(`pmtu ${e.info}`);
          this.mtu = e.info;
          progress = e.info;
          break;
        case "ECONNREFUSED":
          yield* tail("reached");
          this.hopsTo = probe?.ttl ?? ttl;
          this.hopsFrom = hops;
          return 0;
        case "EPROTO" as never:
          yield* tail("!P");
          return 0;
        case "EHOSTUNREACH":
          if (e.origin === "icmp" && e.type === 11 && e.code === 0) {
            yield* tail(hops !== (probe?.ttl ?? ttl) ? `asymm ${String(hops).padStart(2)} ` : "");
            break;
          }
          yield* tail("!H");
          return 0;
        case "ENETUNREACH":
          yield* tail("!N");
          return 0;
        case "EACCES":
          yield* tail("!A");
          return 0;
        default:
          yield* tail("");
          this.tool.warn(`NET ERROR: ${new KernelError(e.errno).message}`);
          return 0;
      }
    }
  }
}

export const tracepath = defineTool({
  names: ["tracepath"],
  summary: "trace a path and its MTU",
  usageStatus: 255,
  hint: () => TRACEPATH,
  ownHelp: true,
  *main(tool) {
    const opts = getopt(tool.args, "46bnl:m:p:hV", null);
    if (opts.has("V")) {
      yield* tool.print(`tracepath from iputils 20221126\n${IPUTILS}`);
      return 0;
    }
    if (opts.has("6")) fail(tool, "IPv6 is not modelled by Packetwalk");
    const target = opts.rest[0];
    if (target === undefined || opts.has("h")) {
      tool.proc.err(TRACEPATH);
      return 255;
    }
    const [host, port] = target.split("/", 2);
    const to = parseAddress(host) ?? lookupName(tool.proc, host);
    if (to === undefined) fail(tool, `${host}: ${NO_NAME_SERVER}`);
    const length = opts.has("l") ? Number(opts.get("l")) : 65535;
    if (!(length >= OVERHEAD)) fail(tool, `pktlen must be within: ${OVERHEAD} < value <= 2147483647`);
    const trace = new Tracepath(tool, to, {
      port: Number(opts.get("p") ?? port ?? 44444),
      length,
      numeric: opts.has("n"),
      both: opts.has("b"),
    });
    return yield* trace.run(Number(opts.get("m") ?? 30));
  },
});
