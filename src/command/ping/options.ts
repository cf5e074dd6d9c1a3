import { getopt, UsageError } from "../tool/getopt.ts";
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
  readonly ttl: number;
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
  readonly connect: boolean;
  readonly target: string;
}

export const USAGE_HINT = "\nUsage\n  ping [options] <destination>\n\nFor more details see ping(8).\n";

/** Reads ping's command line with its own messages (iputils 20221126). */
export function parsePing(tool: Tool): PingOptions {
  const opts = getopt(tool.args, "h?4bRT:6F:N:aABc:CdDe:fi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:");
  if (opts.has("h") || opts.has("?")) throw new UsageError("", false);
  if (opts.has("6") || opts.has("F") || opts.has("N")) fail(tool, "IPv6 is not modelled by Packetwalk", 2);
  for (const key of ["T", "U", "L"])
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
    const value = Number(text);
    if (text.trim() === "" || Number.isNaN(value))
      fail(
        tool,
        `option argument contains garbage: ${text.replace(/^[\d.]*/, "") || text}\nping: this will become fatal error in the future`,
        1,
      );
    if (value < 0 || value > most) fail(tool, `${what}: ${text}`, 2);
    return value;
  };
  const pmtu = opts.get("M");
  if (pmtu !== undefined && !["do", "dont", "want"].includes(pmtu))
    fail(tool, `invalid -M argument: ${pmtu}`, 1);
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
    ttl: integer("t", 0, 255) ?? 0,
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
    target: target ?? "",
  };
  if (target === undefined) fail(tool, "usage error: Destination address required");
  if (opts.rest.length > 1) fail(tool, "source routing (several hosts) is not modelled by Packetwalk", 2);
  return options;
}
