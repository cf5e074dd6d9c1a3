import * as ipv4 from "../../wire/ipv4.ts";
import { servicePort } from "../nc/services.ts";
import type { Row } from "./rows.ts";

/** State names as ss takes them, to the states they stand for. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  established: ["ESTAB"],
  "syn-sent": ["SYN-SENT"],
  "syn-recv": ["SYN-RECV"],
  "fin-wait-1": ["FIN-WAIT-1"],
  "fin-wait-2": ["FIN-WAIT-2"],
  "time-wait": ["TIME-WAIT"],
  closed: ["UNCONN"],
  unconnected: ["UNCONN"],
  "close-wait": ["CLOSE-WAIT"],
  "last-ack": ["LAST-ACK"],
  listening: ["LISTEN"],
  listen: ["LISTEN"],
  closing: ["CLOSING"],
};
export const ALL_STATES = [...new Set(Object.values(STATES).flat())];
export const CONNECTED = ALL_STATES.filter((s) => !["LISTEN", "UNCONN", "TIME-WAIT", "SYN-RECV"].includes(s));

/** A state or a group of them; undefined when ss knows no such name. */
export function statesOf(name: string): readonly string[] | undefined {
  switch (name) {
    case "all":
      return ALL_STATES;
    case "connected":
      return ALL_STATES.filter((s) => s !== "LISTEN" && s !== "UNCONN");
    case "synchronized":
      return ALL_STATES.filter((s) => s !== "LISTEN" && s !== "UNCONN" && s !== "SYN-SENT");
    case "bucket":
      return ["SYN-RECV", "TIME-WAIT"];
    case "big":
      return ALL_STATES.filter((s) => s !== "SYN-RECV" && s !== "TIME-WAIT");
    default:
      return STATES[name];
  }
}

type Test = (row: Row) => boolean;

/** A filter that ss does not understand: its message. */
export class FilterError extends Error {}

/** The expression language's common part: and, or, not, parentheses, sport, dport, src, dst. */
export function parseFilter(words: readonly string[]): Test {
  const tokens = words.flatMap((w) => w.split(/\s+|(?=[()])|(?<=[()])/)).filter((w) => w !== "");
  let at = 0;
  const bad = (): never => {
    throw new FilterError(
      `Error: an inet prefix is expected rather than "${tokens[at] ?? ""}".\nCannot parse dst/src address.`,
    );
  };
  const or = (): Test => {
    let left = and();
    while (tokens[at] === "or" || tokens[at] === "||" || tokens[at] === "|") {
      at++;
      const [a, b] = [left, and()];
      left = (row) => a(row) || b(row);
    }
    return left;
  };
  const and = (): Test => {
    let left = not();
    while (
      at < tokens.length &&
      tokens[at] !== ")" &&
      tokens[at] !== "or" &&
      tokens[at] !== "||" &&
      tokens[at] !== "|"
    ) {
      if (tokens[at] === "and" || tokens[at] === "&&" || tokens[at] === "&") at++;
      const [a, b] = [left, not()];
      left = (row) => a(row) && b(row);
    }
    return left;
  };
  const not = (): Test => {
    if (tokens[at] === "not" || tokens[at] === "!") {
      at++;
      const inner = not();
      return (row) => !inner(row);
    }
    if (tokens[at] === "(") {
      at++;
      const inner = or();
      if (tokens[at] !== ")") bad();
      at++;
      return inner;
    }
    return simple();
  };
  const simple = (): Test => {
    const what = tokens[at++];
    const local = what === "sport" || what === "src";
    if (what === "sport" || what === "dport") {
      const op = tokens[at++] ?? bad();
      const text = (tokens[at++] ?? bad()).replace(/^.*:/, "");
      const port = /^\d+$/.test(text) ? Number(text) : (servicePort(text, "tcp") ?? bad());
      const of = (row: Row) => (local ? row.localPort : row.remotePort);
      const tests: Record<string, Test> = {
        "=": (row) => of(row) === port,
        "!=": (row) => of(row) !== port,
        "<": (row) => of(row) < port,
        ">": (row) => of(row) > port,
        "<=": (row) => of(row) <= port,
        ">=": (row) => of(row) >= port,
      };
      const names: Record<string, string> = {
        eq: "=",
        "==": "=",
        ne: "!=",
        neq: "!=",
        lt: "<",
        gt: ">",
        le: "<=",
        leq: "<=",
        ge: ">=",
        geq: ">=",
      };
      return tests[names[op] ?? op] ?? bad();
    }
    if (what === "src" || what === "dst") {
      if (tokens[at] === "=" || tokens[at] === "==" || tokens[at] === "eq") at++;
      const m = /^([^:/]*)(?:\/(\d+))?(?::(.*))?$/.exec(tokens[at] ?? "");
      if (!m) return bad();
      const address = m[1] === "" || m[1] === "*" ? 0 : (ipv4.parse(m[1]) ?? bad());
      at++;
      const mask = m[1] === "" || m[1] === "*" ? 0 : ipv4.mask(Number(m[2] ?? 32));
      const port = m[3] && m[3] !== "*" ? Number(m[3]) : -1;
      return (row) => {
        const a = local ? row.localAddress : row.remoteAddress;
        const p = local ? row.localPort : row.remotePort;
        return ((a ^ address) & mask) === 0 && (port < 0 || p === port);
      };
    }
    at--;
    return bad();
  };
  if (tokens.length === 0) return () => true;
  const test = or();
  if (at < tokens.length) bad();
  return test;
}
