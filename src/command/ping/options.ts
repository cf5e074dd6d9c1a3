import { Exit } from "../../machine/process.ts";
import { getopt } from "../tool/getopt.ts";
import { fail, type Tool } from "../tool/tool.ts";

export interface PingOptions {
  readonly count: number;
  /** Milliseconds between probes. */
  interval: number;
  /** Seconds (-w), or 0. */
  readonly deadline: number;
  /** Milliseconds to wait for the last answer (-W). */
  readonly linger: number;
  readonly size: number;
  readonly ttl: number | null;
  readonly tos: number;
  readonly mark: number;
  readonly pmtu: "do" | "dont" | "want" | null;
  readonly from: string | undefined;
  readonly identifier: number | undefined;
  readonly preload: number;
  readonly pattern: Uint8Array | null;
  readonly flood: boolean;
  readonly adaptive: boolean;
  readonly quiet: boolean;
  numeric: boolean;
  readonly broadcast: boolean;
  readonly route: boolean;
  readonly stamps: boolean;
  readonly outstanding: boolean;
  readonly verbose: boolean;
  readonly audible: boolean;
  /** -r: only to what is on a link (SO_DONTROUTE). */
  readonly direct: boolean;
  readonly connect: boolean;
  readonly target: string;
}

export const USAGE_HINT = `
Usage
  ping [options] <destination>

Options:
  <destination>      dns name or ip address
  -a                 use audible ping
  -A                 use adaptive ping
  -B                 sticky source address
  -c <count>         stop after <count> replies
  -C                 call connect() syscall on socket creation
  -D                 print timestamps
  -d                 use SO_DEBUG socket option
  -e <identifier>    define identifier for ping session, default is random for
                     SOCK_RAW and kernel defined for SOCK_DGRAM
                     Imply using SOCK_RAW (for IPv4 only for identifier 0)
  -f                 flood ping
  -h                 print help and exit
  -I <interface>     either interface name or address
  -i <interval>      seconds between sending each packet
  -L                 suppress loopback of multicast packets
  -l <preload>       send <preload> number of packages while waiting replies
  -m <mark>          tag the packets going out
  -M <pmtud opt>     define mtu discovery, can be one of <do|dont|want>
  -n                 no dns name resolution
  -O                 report outstanding replies
  -p <pattern>       contents of padding byte
  -q                 quiet output
  -Q <tclass>        use quality of service <tclass> bits
  -s <size>          use <size> as number of data bytes to be sent
  -S <size>          use <size> as SO_SNDBUF socket option value
  -t <ttl>           define time to live
  -U                 print user-to-user latency
  -v                 verbose output
  -V                 print version and exit
  -w <deadline>      reply wait <deadline> in seconds
  -W <timeout>       time to wait for response

IPv4 options:
  -4                 use IPv4
  -b                 allow pinging broadcast
  -R                 record route
  -T <timestamp>     define timestamp, can be one of <tsonly|tsandaddr|tsprespec>

IPv6 options:
  -6                 use IPv6
  -F <flowlabel>     define flow label, default is random
  -N <nodeinfo opt>  use icmp6 node info query, try <help> as argument

For more details see ping(8).
`;

/** Reads ping's command line with its own messages (iputils 20221126). */
export function parsePing(tool: Tool): PingOptions {
  const opts = getopt(tool.args, "h?4bRT:6F:N:aABc:CdDe:fi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:", null);
  if (opts.has("h") || opts.has("?")) {
    tool.proc.err(USAGE_HINT);
    throw new Exit(2);
  }
  if (opts.has("6") || opts.has("F") || opts.has("N")) fail(tool, "IPv6 is not modelled by Packetwalk", 2);
  for (const key of ["T", "L", "B"])
    if (opts.has(key)) fail(tool, `-${key} is not modelled by Packetwalk`, 2);
  const integer = (key: string, low: number, high: number | string): number | undefined => {
    const text = opts.get(key);
    if (text === undefined) return undefined;
    const value = /^\s*[+-]?\d+$/.test(text)
      ? Number(text)
      : /^0[xX][0-9a-fA-F]+$/.test(text) && key !== "c"
        ? Number(text)
        : Number.NaN;
    if (Number.isNaN(value)) fail(tool, `invalid argument: '${text}'`);
    if (value < low || value > Number(high))
      fail(tool, `invalid argument: '${text}': out of range: ${low} <= value <= ${high}`);
    return value;
  };
  const seconds = (key: string, what: string, most: number): number | undefined => {
    const text = opts.get(key);
    if (text === undefined) return undefined;
    // ping_strtod: what does not belong to the number is told of, and left.
    const garbage = text.replace(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)/, "");
    const value = Number(text.slice(0, text.length - garbage.length));
    if (garbage !== "") {
      tool.warn(`option argument contains garbage: ${garbage}`);
      tool.warn("this will become fatal error in the future");
    }
    if (value < 0 || value > most) fail(tool, `${what}: ${text}`, 2);
    return value;
  };
  const pmtu = opts.get("M");
  if (pmtu !== undefined && !["do", "dont", "want"].includes(pmtu))
    fail(tool, `invalid -M argument: ${pmtu}`, 2);
  const flood = opts.has("f");
  const adaptive = opts.has("A");
  const interval = seconds("i", "bad timing interval", 2147483);
  let pattern: Uint8Array | null = null;
  const hex = opts.get("p");
  if (hex !== undefined) {
    if (!/^[0-9a-fA-F]+$/.test(hex)) fail(tool, `patterns must be specified as hex digits: ${hex}`, 2);
    pattern = Uint8Array.from((hex.match(/.{1,2}/g) ?? []).slice(0, 16), (h) => Number.parseInt(h, 16));
  }
  const target = opts.rest[opts.rest.length - 1];
  const options: PingOptions = {
    count: integer("c", 1, "9223372036854775807") ?? 0,
    interval: interval !== undefined ? Math.trunc(interval * 1000) : flood || adaptive ? 0 : 1000,
    deadline: integer("w", 0, 2147483647) ?? 0,
    linger: (seconds("W", "bad linger time", 2147483) ?? 10) * 1000,
    size: integer("s", 0, 2147483647) ?? 56,
    ttl: integer("t", 0, 255) ?? null,
    tos: integer("Q", 0, 255) ?? 0,
    mark: integer("m", 0, 4294967295) ?? 0,
    pmtu: (pmtu as "do" | "dont" | "want" | undefined) ?? null,
    from: opts.get("I"),
    identifier: integer("e", 0, 65535),
    preload: integer("l", 1, 65536) ?? 1,
    pattern,
    flood,
    adaptive,
    quiet: opts.has("q"),
    numeric: opts.has("n"),
    broadcast: opts.has("b"),
    route: opts.has("R"),
    stamps: opts.has("D"),
    outstanding: opts.has("O"),
    verbose: opts.has("v"),
    audible: opts.has("a"),
    connect: opts.has("C"),
    direct: opts.has("r"),
    target: target ?? "",
  };
  if (target === undefined) fail(tool, "usage error: Destination address required");
  if (opts.rest.length > 1) fail(tool, "source routing (several hosts) is not modelled by Packetwalk", 2);
  return options;
}
