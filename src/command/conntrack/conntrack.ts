import { WaitQueue } from "../../base/wait.ts";
import type { Running } from "../../machine/process.ts";
import { type Connection, IPS_ASSURED, IPS_SEEN_REPLY } from "../../netfilter/conntrack/connection.ts";
import { formatEntry, formatEvent } from "../../netfilter/conntrack/format.ts";
import { TCP_STATE_NAMES } from "../../netfilter/conntrack/tcp/states.ts";
import { Tuple } from "../../netfilter/conntrack/tuple.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { defineTool, type Tool } from "../tool/tool.ts";
import { emptyFilter, type Filter, filterOption, filterProtocol, matches, parameterError } from "./filter.ts";
import { USAGE } from "./usage.ts";

/** -e: what each word stands for. */
const EVENTS: ReadonlyMap<string, string> = new Map([
  ["ALL", "NEW,UPDATE,DESTROY"],
  ["NEW", "NEW"],
  ["UPDATES", "UPDATE"],
  ["DESTROY", "DESTROY"],
]);

const VERSION = "conntrack v1.4.7 (conntrack-tools)";
const TABLES = ["conntrack", "expect", "dying", "unconfirmed"];
const COMMANDS: Readonly<Record<string, string>> = {
  dump: "L",
  list: "L",
  get: "G",
  delete: "D",
  create: "I",
  update: "U",
  event: "E",
  flush: "F",
  count: "C",
  stats: "S",
  version: "V",
  help: "h",
};
/** Long names → key; ":" takes an argument, "?" an optional one. */
const OPTIONS: Readonly<Record<string, string>> = {
  src: "s:",
  "orig-src": "s:",
  dst: "d:",
  "orig-dst": "d:",
  "reply-src": "r:",
  "reply-dst": "q:",
  protonum: "p:",
  family: "f:",
  timeout: "t:",
  status: "u:",
  mark: "m:",
  "event-mask": "e:",
  zero: "z",
  output: "o:",
  "buffer-size": "b:",
  "src-nat": "n?",
  "dst-nat": "g?",
  "any-nat": "j?",
  zone: "w:",
  label: "l:",
};

interface Request {
  command: string;
  table: string;
  filter: Filter;
  output: Set<string>;
  events: Set<string> | null;
  zero: boolean;
  ipv6: boolean;
}

function parse(tool: Tool): Request {
  const request: Request = {
    command: "",
    table: "conntrack",
    filter: emptyFilter(),
    output: new Set(),
    events: null,
    zero: false,
    ipv6: false,
  };
  const args = [...tool.args];
  const long: Record<string, string> = { ...OPTIONS };
  // The protocol decides which options there are, wherever it stands.
  for (let i = 0; i < args.length; i++) {
    const attached = /^(?:-p(.+)|--protonum=(.*))$/.exec(args[i]);
    const name = attached
      ? (attached[1] ?? attached[2])
      : args[i] === "-p" || args[i] === "--protonum"
        ? args[i + 1]
        : undefined;
    if (name !== undefined)
      for (const option of filterProtocol(tool, request.filter, name)) long[option] = `${option}:`;
  }
  const apply = (key: string, value: string) => {
    if (key.length === 1 && "LGDIUEFCSVh".includes(key)) {
      if (request.command !== "" && request.command !== key)
        parameterError(tool, "Invalid commands combination");
      request.command = key;
    } else if (key === "o")
      for (const word of value.split(",")) {
        if (
          !["xml", "extended", "timestamp", "id", "ktimestamp", "labels", "userspace", "save"].includes(word)
        )
          parameterError(tool, `Bad parameter \`${word}'`);
        request.output.add(word);
      }
    else if (key === "e") {
      request.events = new Set();
      for (const word of value.split(",")) {
        const known = EVENTS.get(word);
        if (known === undefined) parameterError(tool, `Bad parameter \`${word}'`);
        for (const e of known.split(",")) request.events.add(e);
      }
    } else if (key === "f") {
      if (value !== "ipv4" && value !== "ipv6") parameterError(tool, `\`${value}' unsupported protocol`);
      request.ipv6 = value === "ipv6";
    } else if (key === "z") request.zero = true;
    else if (key === "w" || key === "l") parameterError(tool, `-${key} is not modelled by Packetwalk`);
    else if (key !== "p" && key !== "b") filterOption(tool, request.filter, key, value);
  };
  const shorts: Record<string, string> = Object.fromEntries(Object.values(OPTIONS).map((k) => [k[0], k]));
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const take = (): string => {
      const value = args[++i];
      if (value === undefined) parameterError(tool, `option \`${arg}' requires an argument`);
      return value;
    };
    const optional = (): string =>
      args[i + 1] !== undefined && !args[i + 1].startsWith("-") ? args[++i] : "";
    if (arg.startsWith("--")) {
      const [name, attached] = arg.slice(2).split("=", 2);
      const command = COMMANDS[name];
      if (command) {
        apply(command, "");
        if (args[i + 1] !== undefined && !args[i + 1].startsWith("-")) request.table = args[++i];
        continue;
      }
      const found = Object.keys(long).filter((n) => n === name);
      const near = found.length > 0 ? found : Object.keys(long).filter((n) => n.startsWith(name));
      if (near.length !== 1) parameterError(tool, `unknown option \`${arg}'`);
      const spec = long[near[0]];
      const key = spec.replace(/[:?]$/, "");
      apply(
        key,
        spec.endsWith(":") ? (attached ?? take()) : spec.endsWith("?") ? (attached ?? optional()) : "",
      );
    } else if (/^-[A-Za-z]/.test(arg)) {
      const key = arg[1];
      if ("LGDIUEFCSVh".includes(key)) {
        apply(key, "");
        if (arg.length > 2) args.splice(i + 1, 0, `-${arg.slice(2)}`);
        else if (args[i + 1] !== undefined && !args[i + 1].startsWith("-")) request.table = args[++i];
        continue;
      }
      const spec = shorts[key];
      if (spec === undefined) parameterError(tool, `unknown option \`${arg}'`);
      if (spec.endsWith(":")) apply(key, arg.length > 2 ? arg.slice(2) : take());
      else if (spec.endsWith("?")) apply(key, arg.length > 2 ? arg.slice(2) : optional());
      else {
        apply(key, "");
        if (arg.length > 2) args.splice(i + 1, 0, `-${arg.slice(2)}`);
      }
    } else parameterError(tool, `Bad parameter \`${arg}'`);
  }
  if (!TABLES.includes(request.table)) parameterError(tool, `unknown type \`${request.table}'`);
  return request;
}

/** An identifier that looks like the kernel's keyed hash of the entry. */
const identity = (ct: Connection) => Math.imul(ct.id, 0x9e3779b1) >>> 0;

export const conntrack = defineTool({
  names: ["conntrack"],
  directory: "/usr/sbin",
  summary: "list and change tracked connections",
  writeError: "ignored",
  ownHelp: true,
  *main(tool) {
    const { proc } = tool;
    const request = parse(tool);
    const { filter, output } = request;
    const tracker = proc.net.netfilter.conntrack;
    const say = (message: string) => proc.err(`${VERSION}: ${message}\n`);
    if (output.has("xml") || output.has("save"))
      parameterError(tool, "-o xml and -o save are not modelled by Packetwalk");
    const decorate = (ct: Connection, text: string) =>
      (output.has("extended") ? "ipv4     2 " : "") + text + (output.has("id") ? ` id=${identity(ct)}` : "");
    const chosen = () => (request.ipv6 ? [] : tracker.list().filter((ct) => matches(filter, ct)));
    const failed = (why: string) => {
      say(`Operation failed: ${why}`);
      return 1;
    };
    /** The original tuple that -I and -G name. */
    const named = (): Tuple | null => {
      if (filter.protocol === null || !filter.src || !filter.dst) return null;
      const icmp = filter.protocol === ipv4.ICMP;
      return new Tuple(
        filter.src[0],
        filter.dst[0],
        icmp ? (filter.icmpId ?? 0) : (filter.sport ?? 0),
        icmp ? ((filter.icmpType ?? 8) << 8) | (filter.icmpCode ?? 0) : (filter.dport ?? 0),
        filter.protocol,
      );
    };
    switch (request.command) {
      case "V":
        yield* tool.print(`${VERSION}\n`);
        return 0;
      case "":
      case "h":
        yield* tool.print(USAGE);
        return 0;
      case "L": {
        if (request.table === "expect") {
          say("0 expectations have been shown.");
          return 0;
        }
        let count = 0;
        if (request.table === "conntrack")
          for (const ct of chosen()) {
            count++;
            yield* tool.print(`${decorate(ct, formatEntry(ct, tracker))}\n`);
            if (request.zero) ct.originalPackets = ct.originalBytes = ct.replyPackets = ct.replyBytes = 0;
          }
        say(`${count} flow entries have been shown.`);
        return 0;
      }
      case "C":
        yield* tool.print(`${request.table === "expect" ? 0 : tracker.count}\n`);
        return 0;
      case "S": {
        const s = tracker.stats;
        yield* tool.print(
          `cpu=0   \tfound=${s.found} invalid=${s.invalid} insert=${s.insert} insert_failed=${s.insertFailed} drop=${s.drop} early_drop=${s.earlyDrop} error=${s.error} search_restart=${s.searchRestart} clash_resolve=${s.clashResolve} chaintoolong=0 \n`,
        );
        return 0;
      }
      case "F":
        if (request.table === "conntrack") asUser(tool, () => tracker.flush());
        say(
          request.table === "expect"
            ? "expectation table has been emptied."
            : "connection tracking table has been emptied.",
        );
        return 0;
      case "D": {
        let count = 0;
        for (const ct of chosen()) {
          count++;
          yield* tool.print(`${decorate(ct, formatEntry(ct, tracker))}\n`);
          asUser(tool, () => tracker.kill(ct));
        }
        say(`${count} flow entries have been deleted.`);
        return count > 0 ? 0 : 1;
      }
      case "U": {
        const mark = filter.mark;
        filter.mark = null;
        const timeout = filter.timeout;
        let count = 0;
        for (const ct of chosen()) {
          count++;
          asUser(tool, () => {
            if (mark) tracker.setMark(ct, mark[0]);
            if (timeout !== null) tracker.setTimeout(ct, timeout * 1e9);
          });
          yield* tool.print(`${decorate(ct, formatEntry(ct, tracker).replace(/use=1$/, "use=2"))}\n`);
        }
        say(`${count} flow entries have been updated.`);
        return 0;
      }
      case "G": {
        const tuple = named();
        const found = tuple ? tracker.find(tuple) : undefined;
        if (!found) return failed("such conntrack doesn't exist");
        yield* tool.print(`${decorate(found.ct, formatEntry(found.ct, tracker))}\n`);
        say("1 flow entries have been shown.");
        return 0;
      }
      case "I": {
        const tuple = named();
        if (!tuple || filter.timeout === null) parameterError(tool, "missing argument");
        if (tracker.find(tuple)) return failed("Such conntrack exists, try -U to update");
        return create(tool, request, tuple, say);
      }
      case "E":
        return yield* events(tool, request, decorate);
      default:
        return 2;
    }
  },
});

/** Events of changes by a program name its socket: netlink_autobind's random port, the process ID being taken. */
function asUser(tool: Tool, change: () => void): void {
  const tracker = tool.proc.net.netfilter.conntrack;
  const port = 0x80000000 + tool.proc.machine.random.below(0x7ffff000);
  tracker.actor = `[USERSPACE] portid=${port} progname=conntrack`;
  change();
  tracker.actor = null;
}

function create(tool: Tool, request: Request, original: Tuple, say: (message: string) => void): number {
  const { filter } = request;
  const tracker = tool.proc.net.netfilter.conntrack;
  const icmp = original.protocol === ipv4.ICMP;
  const reply = new Tuple(
    filter.replySrc?.[0] ?? original.dst,
    filter.replyDst?.[0] ?? original.src,
    icmp ? original.sport : (filter.replySport ?? original.dport),
    icmp ? original.dport & 255 : (filter.replyDport ?? original.sport),
    original.protocol,
  );
  tracker.add(original, reply, (filter.timeout as number) * 1e9, (ct) => {
    if (filter.status) ct.status |= filter.status & (IPS_ASSURED | IPS_SEEN_REPLY);
    ct.mark = filter.mark?.[0] ?? 0;
    if (ct.tcp !== null && filter.state !== null)
      ct.tcp.state = (TCP_STATE_NAMES as readonly string[]).indexOf(filter.state);
  });
  say("1 flow entries have been created.");
  return 0;
}

/** -E: each event as it comes, until a signal; then how many there were. */
function* events(tool: Tool, request: Request, decorate: (ct: Connection, text: string) => string): Running {
  const { proc } = tool;
  const { machine } = proc;
  const tracker = proc.net.netfilter.conntrack;
  const queue: string[] = [];
  const news = new WaitQueue();
  let ended = false;
  let count = 0;
  for (const signal of ["INT", "TERM"] as const)
    proc.handle(signal, () => {
      ended = true;
      news.wake();
      return "continue";
    });
  const stop = tracker.listen((event, ct) => {
    if (
      request.table === "expect" ||
      (request.events && !request.events.has(event)) ||
      !matches(request.filter, ct)
    )
      return;
    let text = formatEvent(event, ct, tracker);
    if (tracker.actor !== null) text += ` ${tracker.actor}`;
    const at = text.indexOf("] ") + 2;
    text = text.slice(0, at) + decorate(ct, text.slice(at));
    if (request.output.has("timestamp")) {
      const us = Math.floor((machine.epoch + machine.now) / 1000);
      text = `[${Math.floor(us / 1e6)}.${String(us % 1_000_000).padEnd(6)}]\t${text}`;
    }
    queue.push(`${text}\n`);
    news.wake();
  });
  try {
    for (;;) {
      for (const line of queue.splice(0)) {
        count++;
        yield* tool.print(line);
        yield* tool.out.flush();
      }
      if (ended) break;
      yield { queues: [news] };
    }
  } finally {
    stop();
  }
  proc.err(
    `${VERSION}: ${count} ${request.table === "expect" ? "expectation" : "flow"} events have been shown.\n`,
  );
  return 0;
}
