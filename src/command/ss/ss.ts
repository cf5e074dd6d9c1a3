import { KernelError } from "../../base/errno.ts";
import type { Process } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { RawSocket } from "../../network/socket/raw.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { serviceName } from "../nc/services.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { ALL_STATES, CONNECTED, FilterError, parseFilter, statesOf } from "./filter.ts";
import { HELP } from "./help.ts";
import { type Row, rows, users } from "./rows.ts";

const HEADERS = [
  "Netid",
  "State",
  "Recv-Q",
  "Send-Q",
  "Local Address:",
  "Port",
  "Peer Address:",
  "Port",
  "Process",
];

const LONG = {
  tcp: "t",
  udp: "u",
  raw: "w",
  packet: "0",
  unix: "x",
  listening: "l",
  all: "a",
  numeric: "n",
  processes: "p",
  extended: "e",
  options: "o",
  info: "i",
  memory: "m",
  summary: "s",
  "no-header": "H",
  oneline: "O",
  ipv4: "4",
  ipv6: "6",
  resolve: "r",
  version: "V",
  help: "h",
  "family:": "f",
  threads: "T",
  bpf: "b",
  events: "E",
  context: "Z",
  contexts: "z",
  "net:": "N",
  mptcp: "M",
  sctp: "S",
  dccp: "d",
  kill: "K",
  "query:": "A",
  "socket:": "A",
  "diag:": "D",
  "filter:": "F",
};

/** Pads the cells as ss does where standard output is no terminal: each column as wide as its widest cell. */
function layout(table: readonly (readonly string[])[], show: readonly boolean[]): string {
  const widths = HEADERS.map((_, i) => Math.max(0, ...table.map((cells) => cells[i].length)));
  let text = "";
  for (const cells of table) {
    let line = "";
    for (let i = 0; i < cells.length; i++) {
      if (!show[i]) continue;
      // Addresses are set right, against their ports; the process column stands against the peer's port.
      const right = i === 4 || i === 6;
      const cell = right ? cells[i].padStart(widths[i]) : cells[i].padEnd(widths[i]);
      line += line === "" || i === 5 || i === 7 || i === 8 ? cell : ` ${cell}`;
    }
    text += `${line}\n`;
  }
  return text;
}

/** An IPv6 socket that serves both families shows "*" for any address, and mapped addresses in brackets. */
function addressText(row: Row, address: number): string {
  if (!row.socket.options.mapped) return ipv4.format(address);
  return address === 0 ? "*" : `[::ffff:${ipv4.format(address)}]`;
}

function summary(proc: Process): string {
  const all = rows(proc);
  const count = (netid: string) => all.filter((r) => r.netid === netid).length;
  const tcp = all.filter((r) => r.netid === "tcp");
  const timewait = tcp.filter((r) => r.state === "TIME-WAIT").length;
  const estab = tcp.filter((r) => r.state === "ESTAB").length;
  const orphaned = tcp.filter(
    (r) => r.state !== "TIME-WAIT" && r.state !== "LISTEN" && r.socket.closed,
  ).length;
  const live = tcp.length - timewait;
  const [raw, udp] = [count("raw") + count("icmp"), count("udp")];
  const line = (name: string, n: number) =>
    `${name}\t  ${String(n).padEnd(9)} ${String(n).padEnd(9)} ${String(0).padEnd(9)}\n`;
  return (
    `Total: ${raw + udp + live}\n` +
    `TCP:   ${tcp.length} (estab ${estab}, closed ${timewait}, orphaned ${orphaned}, timewait ${timewait})\n\n` +
    "Transport Total     IP        IPv6\n" +
    `${line("RAW", raw)}${line("UDP", udp)}${line("TCP", live)}${line("INET", raw + udp + live)}${line("FRAG", 0)}\n`
  );
}

function show(proc: Process): string {
  const p = getopt(proc.argv.slice(1), "tuw0xlanpeoimsHO46rVhf:TbEZzN:MSdKA:D:F:", LONG);
  if (p.has("V")) return "ss utility, iproute2-6.1.0\n";
  if (p.has("h")) return HELP;
  const family = p.get("f");
  if (family !== undefined && family !== "inet")
    throw new UsageError(`option -f ${family} is not simulated by Packetwalk`, true);
  // -e would show the kernel's socket cookies and control groups, which nothing here stands for.
  for (const key of "eimrTbEZzNMSdKADF") {
    if (p.has(key)) throw new UsageError(`option -${key} is not simulated by Packetwalk`, true);
  }
  if (p.has("s")) return summary(proc);
  let kinds = [
    ...(p.has("u") ? ["udp"] : []),
    ...(p.has("w") ? ["raw", "icmp"] : []),
    ...(p.has("t") ? ["tcp"] : []),
    ...(p.has("x") ? ["unix"] : []),
    ...(p.has("0") ? ["packet"] : []),
  ];
  const several = kinds.length !== 1;
  if (kinds.length === 0) kinds = ["udp", "icmp", "raw", "tcp"];
  let states: readonly string[] = p.has("a") ? ALL_STATES : p.has("l") ? ["LISTEN", "UNCONN"] : CONNECTED;
  const words = [...p.rest];
  let chosen: Set<string> | undefined;
  while (words[0] === "state" || words[0] === "exclude") {
    const op = words.shift();
    const name = words.shift() ?? "";
    const named = statesOf(name.toLowerCase());
    if (!named) throw new UsageError(`wrong state name: ${name}`, true);
    if (op === "state") chosen = new Set([...(chosen ?? []), ...named]);
    else chosen = new Set([...(chosen ?? ALL_STATES)].filter((s) => !named.includes(s)));
  }
  if (chosen) states = [...chosen];
  const test = parseFilter(words);
  const numeric = p.has("n");
  const portText = (row: Row, port: number) =>
    port === 0
      ? "*"
      : ((numeric ? undefined : serviceName(port, row.netid === "udp" ? "udp" : "tcp")) ?? String(port));
  const cells: string[][] = p.has("H") ? [] : [HEADERS];
  for (const row of p.has("6") ? [] : rows(proc)) {
    if (!kinds.includes(row.netid) || !states.includes(row.state) || !test(row)) continue;
    let extra = "";
    if (p.has("p")) {
      const held = users(proc, row.socket);
      if (held) extra += ` ${held}`;
    }
    if (p.has("o") && row.timer) extra += ` timer:${row.timer}`;
    const device = row.device ? `%${row.device}` : "";
    const raw =
      row.socket instanceof RawSocket
        ? row.socket.protocol === ipv4.ICMP
          ? "icmp"
          : String(row.socket.protocol)
        : "";
    cells.push([
      row.netid,
      row.state,
      String(row.receiveQueue).padEnd(6),
      String(row.sendQueue).padEnd(6),
      `${addressText(row, row.localAddress)}${device}:`,
      raw || portText(row, row.localPort),
      `${addressText(row, row.remoteAddress)}:`,
      raw ? "*" : portText(row, row.remotePort),
      extra,
    ]);
  }
  const shown = HEADERS.map(() => true);
  shown[0] = several;
  shown[1] = states.length !== 1;
  return layout(cells, shown);
}

export const ss: Command = {
  names: ["ss"],
  directory: "/usr/bin",
  summary: "shows sockets",
  *run(proc) {
    try {
      const text = show(proc);
      try {
        yield* proc.write(1, text);
      } catch (error) {
        // ss does not look whether its output was taken.
        if (!(error instanceof KernelError)) throw error;
      }
      return 0;
    } catch (error) {
      if (error instanceof FilterError) {
        proc.err(`${error.message}\n`);
        return 1;
      }
      if (!(error instanceof UsageError)) throw error;
      proc.err(`ss: ${error.message}\n`);
      return 255;
    }
  },
};
