import { KernelError } from "../base/errno.ts";
import { IPPROTO_RAW, RawSocket } from "../network/socket/raw.ts";
import { UdpSocket } from "../network/socket/udp.ts";
import { put16, put32, u16, u32 } from "../wire/bytes.ts";
import { checksum, pseudo4 } from "../wire/checksum.ts";
import * as icmp from "../wire/icmp.ts";
import * as ipv4 from "../wire/ipv4.ts";
import { getopt } from "./tool/getopt.ts";
import { lookupAddress, lookupName, parseAddress } from "./tool/resolve.ts";
import { defineTool, fail } from "./tool/tool.ts";

/** Letters of the TCP flags as hping prints them, from bit 0. */
/** Options of the real one that say so when they are used. */
const UNMODELLED = [..."089foGTmxzbgOHLMQEejJBurZ", "rand"];
const FLAGS = ["F", "S", "R", "P", "A", "U", "X", "Y"];
const UNREACHABLE = ["Network", "Host", "Protocol", "Port", "Frag needed"];
/** The most that --flood sends between two looks at the clock. */
const FLOOD_GAP = 13_500;

const flagText = (bits: number) => FLAGS.filter((_, i) => bits & (1 << i)).join("");

const SHORT = "c:i:nqI:V0128S9:FRPAUXYp:s:kw:t:N:d:a:DbyzxC:K:fm:o:g:O:H:L:M:QE:e:jJBurZGTh";

/**
 * What hping3's own parser (antigetopt) does not take, and getopt would: an argument that is glued to its option, or
 * to a long one's "=". The complaint, or undefined.
 */
function misread(args: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word.startsWith("--")) {
      if (word.includes("=")) return `unrecognized option \`${word}'`;
      continue;
    }
    if (!word.startsWith("-")) continue;
    for (let at = 1; at < word.length; at++) {
      if (SHORT[SHORT.indexOf(word[at]) + 1] !== ":") continue;
      if (at + 1 < word.length || i + 1 >= args.length) return `option requires an argument -- ${word[at]}`;
      i++;
    }
  }
  return undefined;
}

/** hping3 in its simple forms: TCP (default), ICMP echo (-1) and UDP (-2) probes. */
export const hping3 = defineTool({
  names: ["hping3", "hping"],
  directory: "/usr/sbin",
  summary: "hand-made TCP, UDP and ICMP probes",
  *main(tool) {
    const { proc } = tool;
    const { net, machine } = proc;
    const wrong = misread(tool.args);
    if (wrong !== undefined) {
      proc.err(`hping3: ${wrong}\nTry hping3 --help\n`);
      return 1;
    }
    const opts = getopt(tool.args, SHORT, {
      "count:": "c",
      "interval:": "i",
      fast: "fast",
      faster: "faster",
      flood: "flood",
      numeric: "n",
      quiet: "q",
      "interface:": "I",
      icmp: "1",
      udp: "2",
      rawip: "0",
      scan: "8",
      syn: "S",
      fin: "F",
      rst: "R",
      push: "P",
      ack: "A",
      urg: "U",
      xmas: "X",
      ymas: "Y",
      "destport:": "p",
      "baseport:": "s",
      keep: "k",
      "win:": "w",
      "ttl:": "t",
      "id:": "N",
      "data:": "d",
      "spoof:": "a",
      "rand-source": "rand",
      dontfrag: "y",
      "icmptype:": "C",
      "icmpcode:": "K",
    });
    for (const key of UNMODELLED) if (opts.has(key)) fail(tool, `-${key} is not modelled by Packetwalk`);
    const target = opts.rest[0];
    if (target === undefined) {
      proc.err("hping3: missing host argument\nTry `hping3 --help' for more information.\n");
      return 1;
    }
    const to = parseAddress(target) ?? lookupName(proc, target);
    if (to === undefined) {
      proc.err(`Unable to resolve '${target}'\n`);
      return 1;
    }
    const mode = opts.has("1") ? "icmp" : opts.has("2") ? "udp" : "tcp";
    // The route decides device and source.
    const probe = new UdpSocket(net, proc);
    let device = "lo";
    let source = 0;
    try {
      probe.connect(to, 1);
      source = probe.localAddress;
      device = opts.get("I") ?? net.routeOutput4({ dst: to }).dev.name;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      proc.err("Warning: Unable to guess the output interface\n");
      proc.err(`[send_ip] sendto: ${error.message}\n`);
      yield* tool.print(
        `HPING ${target} (lo ${ipv4.format(to)}): ${mode === "tcp" ? "NO FLAGS are" : `${mode} mode`} set, ${mode === "tcp" ? 40 : 28} headers + 0 data bytes\n`,
      );
      return 1;
    } finally {
      probe.close();
    }
    const spoof = opts.get("a");
    const from = spoof === undefined ? source : (parseAddress(spoof) ?? lookupName(proc, spoof) ?? source);
    const flood = opts.has("flood");
    const quiet = opts.has("q") || flood;
    const every = opts.get("i") ?? "1";
    const gap = flood
      ? FLOOD_GAP
      : opts.has("fast")
        ? 100e6
        : opts.has("faster")
          ? 1000
          : every.startsWith("u")
            ? Number(every.slice(1)) * 1000
            : Number(every) * 1e9;
    const count = opts.has("c") ? Number(opts.get("c")) : Number.POSITIVE_INFINITY;
    const payload = Number(opts.get("d") ?? 0);
    const window = Number(opts.get("w") ?? 512);
    const portText = opts.get("p") ?? "0";
    const portStep = /^\++/.exec(portText)?.[0].length ?? 0;
    const firstPort = Number(portText.replace(/^\++/, ""));
    const basePort = opts.has("s") ? Number(opts.get("s")) : 1024 + machine.random.below(2000);
    let flags = 0;
    for (const [i, letter] of FLAGS.entries()) if (opts.has(letter)) flags |= 1 << i;
    const identifier = proc.pid & 0xffff;
    const head =
      mode === "tcp"
        ? `${flags ? `${flagWord(flags)} set` : "NO FLAGS are set"}, 40`
        : `${mode} mode set, 28`;
    yield* tool.print(
      `HPING ${target} (${device} ${ipv4.format(to)}): ${head} headers + ${payload} data bytes\n`,
    );
    if (flood) proc.err("hping in flood mode, no replies will be shown\n");
    const out = new RawSocket(net, proc, IPPROTO_RAW);
    out.options.broadcast = true;
    const inputs = [
      new RawSocket(net, proc, ipv4.ICMP),
      ...(mode === "icmp" ? [] : [new RawSocket(net, proc, mode === "tcp" ? ipv4.TCP : ipv4.UDP)]),
    ];
    let ended = false;
    proc.handle("INT", () => {
      ended = true;
      inputs[0].readable.wake();
      return "continue";
    });
    let sent = 0;
    let received = 0;
    let [min, max, sum, timed] = [0, 0, 0, 0];
    const times: number[] = [];
    const sinceMidnight = () => Math.floor((machine.epoch + machine.now) / 1e6) % 86_400_000;
    const build = (): Uint8Array => {
      // A time stamp request has its three time stamps for data (send_icmp_timestamp).
      const stamps = mode === "icmp" && Number(opts.get("C")) === icmp.TIMESTAMP;
      const length = (mode === "tcp" ? 20 : 8) + (stamps ? 12 : payload);
      const data = new Uint8Array(20 + length);
      data[0] = 0x45;
      put16(data, 4, opts.has("N") ? Number(opts.get("N")) : machine.random.below(0xffff) + 1);
      if (opts.has("y")) put16(data, 6, ipv4.DF);
      data[8] = Number(opts.get("t") ?? 64);
      data[9] = mode === "tcp" ? ipv4.TCP : mode === "udp" ? ipv4.UDP : ipv4.ICMP;
      put32(data, 12, from);
      put32(data, 16, to);
      data.fill(0x58, 20 + (mode === "tcp" ? 20 : 8));
      if (mode === "icmp") {
        data[20] = Number(opts.get("C") ?? icmp.ECHO);
        data[21] = Number(opts.get("K") ?? 0);
        put16(data, 24, identifier);
        put16(data, 26, ((sent << 8) & 0xff00) | ((sent >> 8) & 0xff));
        if (stamps) {
          data.fill(0, 28);
          put32(data, 28, sinceMidnight());
        }
        put16(data, 22, checksum(data, 20, data.length));
        return data;
      }
      put16(data, 20, (basePort + (opts.has("k") ? 0 : sent)) & 0xffff);
      put16(data, 22, (firstPort + (portStep === 2 ? sent : 0)) & 0xffff);
      if (mode === "udp") {
        put16(data, 24, length);
        put16(data, 26, checksum(data, 20, data.length, pseudo4(from, to, ipv4.UDP, length)) || 0xffff);
        return data;
      }
      put32(data, 24, machine.random.u32());
      put32(data, 28, machine.random.u32());
      data[32] = 5 << 4;
      data[33] = flags;
      put16(data, 34, window);
      put16(data, 36, checksum(data, 20, data.length, pseudo4(from, to, ipv4.TCP, length)));
      return data;
    };
    const answer = function* (d: { data: Uint8Array; from: number; ttl: number; time: number }) {
      const { data } = d;
      const at = ipv4.headerLength(data, 0);
      const round = (sequence: number): string => {
        const rtt = times[sequence] === undefined ? 0 : (d.time - times[sequence]) / 1e6;
        min = timed === 0 ? rtt : Math.min(min, rtt);
        max = Math.max(max, rtt);
        sum += rtt;
        timed++;
        return `rtt=${rtt.toFixed(1)} ms`;
      };
      const start = () =>
        `len=${data.length} ip=${ipv4.format(d.from)} ttl=${d.ttl}${u16(data, 6) & ipv4.DF ? " DF" : ""} id=${u16(data, 4)}`;
      const protocol = data[9];
      if (protocol === ipv4.TCP && d.from === to) {
        const sequence = (u16(data, at + 2) - basePort) & 0xffff;
        if (times[sequence] === undefined && !opts.has("k")) return;
        received++;
        const text = `${start()} sport=${u16(data, at)} flags=${flagWord(data[at + 13])} seq=${opts.has("k") ? received - 1 : sequence} win=${u16(data, at + 14)} ${round(sequence)}\n`;
        if (!quiet) yield* tool.print(text);
      } else if (protocol === ipv4.UDP && d.from === to) {
        const sequence = (u16(data, at + 2) - basePort) & 0xffff;
        if (times[sequence] === undefined) return;
        received++;
        const text = `${start()} seq=${sequence} ${round(sequence)}\n`;
        if (!quiet) yield* tool.print(text);
      } else if (protocol === ipv4.ICMP) {
        const type = data[at];
        if ((type === icmp.ECHO_REPLY || type === icmp.TIMESTAMP_REPLY) && mode === "icmp") {
          if (u16(data, at + 4) !== identifier) return;
          const wire = u16(data, at + 6);
          const sequence = ((wire & 255) << 8) | (wire >> 8);
          received++;
          const text = `${start()} icmp_seq=${sequence} ${round(sequence)}\n`;
          if (!quiet) yield* tool.print(text);
          if (quiet || type !== icmp.TIMESTAMP_REPLY) return;
          const [originate, receive, transmit] = [8, 12, 16].map((i) => u32(data, at + i));
          yield* tool.print(
            `ICMP timestamp: Originate=${originate} Receive=${receive} Transmit=${transmit}\nICMP timestamp RTT tsrtt=${sinceMidnight() - originate}\n\n`,
          );
        } else if (type === icmp.DEST_UNREACH || type === icmp.TIME_EXCEEDED) {
          const inner = at + 8;
          if (ipv4.dst(data, inner) !== to) return;
          const innerAt = inner + ipv4.headerLength(data, inner);
          let words = `ICMP ${data[at + 1] === 13 ? "Packet filtered" : `${UNREACHABLE[data[at + 1]] ?? `unknown (${data[at + 1]})`} Unreachable`} from`;
          if (type === icmp.TIME_EXCEEDED)
            words = data[at + 1] === 0 ? "TTL 0 during transit from" : "TTL 0 during reassembly from";
          const back = "\b".repeat(15);
          const name = opts.has("n")
            ? ""
            : `get hostname...${back}${" ".repeat(15)}${back}name=${lookupAddress(proc, d.from) ?? "UNKNOWN"}`;
          let tail = "";
          if (mode !== "icmp") {
            const sequence = (u16(data, innerAt) - basePort) & 0xffff;
            if (type === icmp.DEST_UNREACH && data[at + 1] === icmp.PORT_UNREACH && mode === "udp") {
              received++;
              round(sequence);
              tail = `status=0 port=${u16(data, innerAt)} seq=${sequence}\n`;
            }
          }
          if (!quiet) yield* tool.print(`${words} ip=${ipv4.format(d.from)} ${name}\n${tail}`);
        }
      }
    };
    try {
      let next = machine.now;
      for (;;) {
        if (!ended && machine.now >= next && sent < count) {
          times[sent] = machine.now;
          try {
            out.send(build(), { to });
          } catch (error) {
            if (!(error instanceof KernelError)) throw error;
            proc.err(`[send_ip] sendto: ${error.message}\n`);
            return 1;
          }
          sent++;
          next = machine.now + gap;
          // After the last one, a second for its answer.
          if (sent >= count) next = machine.now + 1e9;
        }
        for (const socket of inputs)
          for (;;) {
            const d = socket.receive();
            if (typeof d !== "object" || d === undefined) break;
            if (!flood) yield* answer(d);
          }
        if (ended || (sent >= count && (received >= count || machine.now >= next))) break;
        yield { queues: inputs.map((s) => s.readable), until: next };
      }
    } finally {
      out.close();
      for (const socket of inputs) socket.close();
    }
    const loss = sent === 0 ? 0 : Math.trunc(((sent - received) * 100) / sent);
    proc.err(
      `\n--- ${target} hping statistic ---\n${sent} packets transmitted, ${received} packets received, ${loss}% packet loss\n` +
        `round-trip min/avg/max = ${min.toFixed(1)}/${(timed ? sum / timed : 0).toFixed(1)}/${max.toFixed(1)} ms\n`,
    );
    return received > 0 ? 0 : 1;
  },
});

/** hping writes RST, SYN, ACK, FIN, PUSH, URG in this order. */
function flagWord(bits: number): string {
  return [..."RSAFPUXY"].filter((letter) => flagText(bits).includes(letter)).join("");
}
