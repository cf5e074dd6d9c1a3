import { KernelError } from "../base/errno.ts";
import { PACKET_HOST } from "../netfilter/packet.ts";
import { type Device, IFF_LOOPBACK, IFF_NOARP, IFF_UP } from "../network/device.ts";
import { ETH_P_ARP, type Frame, PacketSocket } from "../network/socket/packet.ts";
import { UdpSocket } from "../network/socket/udp.ts";
import { put16, put32, u16, u32 } from "../wire/bytes.ts";
import { format } from "../wire/ipv4.ts";
import { getopt } from "./tool/getopt.ts";
import { lookupName, NO_NAME_SERVER, parseAddress } from "./tool/resolve.ts";
import { defineTool, fail } from "./tool/tool.ts";

const BROADCAST = new Uint8Array(6).fill(255);
const USAGE = `
Usage:
  arping [options] <destination>

Options:
  -f            quit on first reply
  -q            be quiet
  -b            keep on broadcasting, do not unicast
  -D            duplicate address detection mode
  -U            unsolicited ARP mode, update your neighbours
  -A            ARP answer mode, update your neighbours
  -V            print version and exit
  -c <count>    how many packets to send
  -w <timeout>  how long to wait for a reply
  -i <interval> set interval between packets (default: 1 second)
  -I <device>   which ethernet device to use
  -s <source>   source ip address
  <destination> dns name or ip address

For more details see arping(8).
`;
const macText = (mac: Uint8Array) =>
  [...mac].map((b) => b.toString(16).toUpperCase().padStart(2, "0")).join(":");

/** iputils' arping (20221126). */
export const arping = defineTool({
  names: ["arping"],
  summary: "ARP requests",
  usageStatus: 2,
  hint: () => USAGE,
  ownHelp: true,
  *main(tool) {
    const { proc } = tool;
    const { net, machine } = proc;
    const opts = getopt(tool.args, "h?bfDUAqc:w:i:s:I:V", null);
    if (opts.has("V")) {
      yield* tool.print(
        "arping from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n",
      );
      return 0;
    }
    const whole = (key: string, low: number): number | undefined => {
      const given = opts.get(key);
      if (given === undefined) return undefined;
      if (!/^\s*[+-]?\d+$/.test(given)) fail(tool, `invalid argument: '${given}'`);
      if (Number(given) < low || Number(given) > 0x7fffffff)
        fail(tool, `invalid argument: '${given}': out of range: ${low} <= value <= 2147483647`);
      return Number(given);
    };
    const count = whole("c", 1) ?? Number.POSITIVE_INFINITY;
    const seconds = whole("w", 0);
    const interval = (whole("i", 0) ?? 1) * 1e9;
    const target = opts.rest[0];
    if (target === undefined || opts.rest.length > 1 || opts.has("h")) {
      proc.err(USAGE);
      return 2;
    }
    const to = parseAddress(target) ?? lookupName(proc, target);
    if (to === undefined) fail(tool, `${target}: ${NO_NAME_SERVER}`, 2);
    const name = opts.get("I");
    let dev: Device | undefined;
    if (name !== undefined) {
      dev = net.links.byName(name);
      if (!dev) fail(tool, `Device ${name} not available.`, 2);
    } else {
      const candidates = net.links
        .list()
        .filter(
          (d) =>
            (d.flags & IFF_UP) !== 0 &&
            (d.flags & (IFF_LOOPBACK | IFF_NOARP)) === 0 &&
            d.ipv4.addresses.length > 0,
        );
      dev = candidates[0];
      if (!dev || candidates.length > 1)
        fail(tool, "Suitable device could not be determined. Please, use option -I.", 2);
    }
    if ((dev.flags & IFF_UP) === 0) fail(tool, `Interface "${dev.name}" is down`, 2);
    if ((dev.flags & (IFF_LOOPBACK | IFF_NOARP)) !== 0) {
      proc.err(`Interface "${dev.name}" is not ARPable\n`);
      return opts.has("D") ? 0 : 2;
    }
    const dad = opts.has("D");
    const unsolicited = opts.has("U") || opts.has("A");
    const given = opts.get("s");
    let source = given === undefined ? 0 : (parseAddress(given) ?? fail(tool, `invalid source ${given}`, 2));
    if (unsolicited && source === 0) source = to;
    if (!dad || source !== 0) {
      // The source that a datagram to there would have, through this device.
      const probe = new UdpSocket(net, proc);
      probe.options.device = dev;
      try {
        if (source !== 0) probe.bind(source, 0);
        else if (!dad) {
          probe.options.dontRoute = true;
          probe.connect(to, 1025);
          source = probe.localAddress;
        }
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (source !== 0) fail(tool, `bind: ${error.message}`, 2);
        source = dev.ipv4.addresses[0]?.local ?? 0;
      } finally {
        probe.close();
      }
    }
    const socket = new PacketSocket(net, proc, ETH_P_ARP, { cooked: true });
    socket.bind(dev);
    const deadline = seconds === undefined ? Number.POSITIVE_INFINITY : machine.now + seconds * 1e9;
    const quiet = opts.has("q");
    let ended = false;
    for (const signal of ["INT"] as const)
      proc.handle(signal, () => {
        ended = true;
        socket.readable.wake();
        return "continue";
      });
    let mac = BROADCAST;
    let sent = 0;
    let broadcasts = 0;
    let received = 0;
    let requests = 0;
    let nextSend = machine.now;
    let lastSent = machine.now;
    if (!quiet)
      yield* tool.print(
        `ARPING ${format(to)} from ${format(dad && given === undefined ? 0 : source)} ${dev.name}\n`,
      );
    const packet = (): Uint8Array => {
      const data = new Uint8Array(28);
      put16(data, 0, 1);
      put16(data, 2, 0x0800);
      data[4] = 6;
      data[5] = 4;
      put16(data, 6, opts.has("A") ? 2 : 1);
      data.set((dev as Device).mac, 8);
      put32(data, 14, dad && given === undefined ? 0 : source);
      data.set(opts.has("A") ? (dev as Device).mac : mac, 18);
      put32(data, 24, to);
      return data;
    };
    const mine = (f: Frame): boolean => {
      const d = f.data;
      if (d.length < 28 || (u16(d, 6) !== 1 && u16(d, 6) !== 2) || d[4] !== 6 || d[5] !== 4) return false;
      if (f.pktType > 2) return false;
      if (u32(d, 14) !== to) return false;
      if (!dad)
        return u32(d, 24) === source && d.subarray(18, 24).every((b, i) => b === (dev as Device).mac[i]);
      // Anybody else who uses the address.
      return (
        !d.subarray(8, 14).every((b, i) => b === (dev as Device).mac[i]) &&
        (source === 0 || u32(d, 24) === source)
      );
    };
    try {
      while (!ended && machine.now < deadline) {
        if (machine.now >= nextSend) {
          if (sent >= count) break;
          lastSent = machine.now;
          try {
            socket.send(packet(), { device: dev, to: mac, protocol: ETH_P_ARP });
          } catch (error) {
            if (!(error instanceof KernelError)) throw error;
            fail(tool, `sendto: ${error.message}`, 2);
          }
          sent++;
          if (mac === BROADCAST) broadcasts++;
          nextSend = lastSent + interval;
        }
        for (;;) {
          const frame = socket.receive();
          if (typeof frame === "symbol") break;
          if (!mine(frame)) continue;
          if (!quiet) {
            const us = Math.floor((frame.time - lastSent) / 1000);
            const kind = `${frame.pktType === PACKET_HOST ? "Unicast" : "Broadcast"} ${u16(frame.data, 6) === 2 ? "reply" : "request"}`;
            const other = u32(frame.data, 24) !== source && !dad ? ` for ${format(u32(frame.data, 24))}` : "";
            yield* tool.print(
              `${kind} from ${format(to)} [${macText(frame.data.subarray(8, 14))}]${other}  ${Math.floor(us / 1000)}.${String(us % 1000).padStart(3, "0")}ms\n`,
            );
            yield* tool.out.flush();
          }
          received++;
          if (u16(frame.data, 6) === 1) requests++;
          if (opts.has("f") || dad) ended = true;
          if (!opts.has("b") && !unsolicited) mac = frame.data.slice(8, 14);
        }
        if (ended || (sent >= count && received >= sent && !unsolicited)) break;
        yield { queues: [socket.readable], until: Math.min(nextSend, deadline) };
      }
    } finally {
      socket.close();
    }
    if (!quiet) {
      let text = `Sent ${sent} probes (${broadcasts} broadcast(s))\nReceived ${received} response(s)`;
      if (requests > 0) text += ` (${requests} request(s))`;
      yield* tool.print(`${text}\n`);
    }
    if (dad) return received > 0 ? 1 : 0;
    return unsolicited || received > 0 ? 0 : 1;
  },
});
