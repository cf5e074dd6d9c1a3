import { EOL, LSRR, NOP, RECORD_ROUTE, ROUTER_ALERT, SECURITY, SSRR, TIMESTAMP } from "../ipv4-options.ts";
import type { Dissection } from "./dissection.ts";

const NAMES: Readonly<Record<number, string>> = {
  [EOL]: "EOL",
  [NOP]: "NOP",
  [TIMESTAMP]: "timestamp",
  [SECURITY]: "security",
  [RECORD_ROUTE]: "RR",
  [SSRR]: "SSRR",
  [LSRR]: "LSRR",
  [ROUTER_ALERT]: "RA",
  222: "RFC1393",
};

/** The options of an IPv4 header, separated by commas. False when they are cut short. */
export function printOptions(d: Dissection, from: number, length: number): boolean {
  let at = from;
  let separator = "";
  while (length > 0) {
    d.print(separator);
    separator = ",";
    if (!d.has(at, 1)) return false;
    const type = d.data[at];
    d.print(NAMES[type] ?? `unknown ${type}`);
    if (type === EOL) return true;
    if (type === NOP) {
      at++;
      length--;
      continue;
    }
    if (!d.has(at, 2)) return false;
    const size = d.data[at + 1];
    if (size < 2 || size > length) {
      d.print(` [bad length ${size}]`);
      return true;
    }
    if (!d.has(at, size)) return false;
    let ok = true;
    if (type === TIMESTAMP) ok = printTimestamp(d, at, size);
    else if (type === RECORD_ROUTE || type === SSRR || type === LSRR) ok = printRoute(d, at, size);
    else if (type === ROUTER_ALERT) {
      if (size < 4) {
        d.print(" [|]");
      } else {
        const value = d.u16(at + 2);
        if (value !== 0) d.print(` value ${value}`);
      }
    }
    if (!ok) return false;
    at += size;
    length -= size;
  }
  return true;
}

function printRoute(d: Dissection, at: number, length: number): boolean {
  if (length < 3) {
    d.print(` [bad length ${length}]`);
    return true;
  }
  if ((length + 1) & 3) d.print(` [bad length ${length}]`);
  const pointer = d.data[at + 2] - 1;
  if (pointer < 3 || (pointer + 1) & 3) d.print(` [bad ptr ${d.data[at + 2]}]`);
  let type = " ";
  for (let i = 3; i < length; i += 4) {
    if (!d.has(at + i, 4)) return false;
    d.print(`${type}${d.ip4(at + i)}`);
    type = pointer > i ? ", " : " ";
  }
  if (pointer === length) d.print(",");
  return true;
}

function printTimestamp(d: Dissection, at: number, length: number): boolean {
  if (length < 4) {
    d.print(`[bad length ${length}]`);
    return true;
  }
  d.print(" TS{");
  const flags = d.data[at + 3];
  const flag = flags & 15;
  const size = flag === 0 ? 4 : 8;
  if ((length - 4) % size !== 0) d.print(`[bad length ${length}]`);
  const pointer = d.data[at + 2] - 1;
  if ((pointer - 4) % size !== 0 || pointer < 4) {
    d.print(`[bad ptr ${d.data[at + 2]}]`);
  }
  if (flag === 0) d.print("TSONLY");
  else if (flag === 1) d.print("TS+ADDR");
  else if (flag === 3) d.print("PRESPEC");
  else {
    d.print(`[bad ts type ${flag}]`);
    d.print("}");
    return true;
  }
  let type = " ";
  for (let i = 4; i < length; i += size) {
    if (pointer === i) type = " ^ ";
    d.need(at + i, 1);
    if (size === 8) {
      if (!d.has(at + i, 8)) return false;
      d.print(`${type}${d.u32(at + i + 4)}@${d.ip4(at + i)}`);
    } else {
      if (!d.has(at + i, 4)) return false;
      d.print(`${type}${d.u32(at + i)}@`);
    }
    type = " ";
  }
  if (pointer === length) d.print(" ^ ");
  if (flags >>> 4) d.print(` [${flags >>> 4} hops not recorded]} `);
  else d.print("}");
  return true;
}
