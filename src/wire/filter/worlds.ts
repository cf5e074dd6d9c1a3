import type { Arithmetic, Filter } from "./ast.ts";
import { OPERATIONS } from "./compile.ts";

/** What the filter says of packets of one kind: always, never, or it depends on the rest. */
type Answer = boolean | null;

/** A kind of packet: its EtherType, and for IP its protocol (−1: some other one). */
interface World {
  ethertype: number;
  protocol: number;
}

/**
 * True when no packet can match ("ip and arp", "1 = 2"): libpcap's optimizer finds that out and refuses. Judged
 * by trying every kind of packet that the filter names, and one of no kind that it names.
 */
export function rejectsAll(filter: Filter): boolean {
  const types = new Set([0x0800, 0x86dd, 0x0806, 0x8035, -1]);
  const protocols = new Set([6, 17, 132, 1, 58, -1]);
  let vlan = false;
  visit(filter, (f) => {
    if (f.kind === "ethertype") types.add(f.type);
    else if (f.kind === "protocol") protocols.add(f.number);
    else if (f.kind === "vlan") vlan = true;
  });
  // Behind "vlan" the same words look at the inner frame.
  if (vlan) return false;
  for (const ethertype of types) {
    const numbers = ethertype === 0x0800 || ethertype === 0x86dd ? protocols : [-1];
    for (const protocol of numbers) if (judge(filter, { ethertype, protocol }) !== false) return false;
  }
  return true;
}

function visit(f: Filter, each: (f: Filter) => void): void {
  each(f);
  if (f.kind === "and" || f.kind === "or") {
    visit(f.left, each);
    visit(f.right, each);
  } else if (f.kind === "not") visit(f.of, each);
}

function judge(f: Filter, w: World): Answer {
  switch (f.kind) {
    case "and": {
      const left = judge(f.left, w);
      const right = judge(f.right, w);
      return left === false || right === false ? false : left === null || right === null ? null : true;
    }
    case "or": {
      const left = judge(f.left, w);
      const right = judge(f.right, w);
      return left === true || right === true ? true : left === null || right === null ? null : false;
    }
    case "not": {
      const of = judge(f.of, w);
      return of === null ? null : !of;
    }
    case "constant":
      return f.value;
    case "ethertype":
      return w.ethertype === f.type;
    case "protocol":
      if (f.family !== "ip6" && w.ethertype === 0x0800) return w.protocol === f.number;
      if (f.family !== "ip" && w.ethertype === 0x86dd) return w.protocol === f.number;
      return false;
    case "host4":
    case "host6":
    case "port":
      return mayHold(f, w) ? null : false;
    case "compare": {
      const left = constant(f.left);
      const right = constant(f.right);
      if (left === null || right === null) return null;
      return {
        ">": left > right,
        "<": left < right,
        ">=": left >= right,
        "<=": left <= right,
        "=": left === right,
        "!=": left !== right,
      }[f.operator];
    }
    default:
      return null;
  }
}

function mayHold(f: Extract<Filter, { kind: "host4" | "host6" | "port" }>, w: World): boolean {
  if (f.kind === "host6") return w.ethertype === 0x86dd;
  if (f.kind === "port") {
    if (w.ethertype !== 0x0800 && w.ethertype !== 0x86dd) return false;
    return f.protocol === ""
      ? [6, 17, 132].includes(w.protocol)
      : w.protocol === { tcp: 6, udp: 17, sctp: 132 }[f.protocol];
  }
  if (f.protocol === "ip") return w.ethertype === 0x0800;
  if (f.protocol === "arp") return w.ethertype === 0x0806;
  if (f.protocol === "rarp") return w.ethertype === 0x8035;
  return w.ethertype === 0x0800 || w.ethertype === 0x0806 || w.ethertype === 0x8035;
}

function constant(a: Arithmetic): number | null {
  if (a.kind === "number") return a.value;
  if (a.kind === "negate") {
    const of = constant(a.of);
    return of === null ? null : -of >>> 0;
  }
  if (a.kind !== "operation") return null;
  const left = constant(a.left);
  const right = constant(a.right);
  return left === null || right === null ? null : OPERATIONS[a.operator](left, right);
}
