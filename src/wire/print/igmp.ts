import { checksum } from "../checksum.ts";
import { format } from "../ipv4.ts";
import type { Dissection } from "./dissection.ts";

const RECORDS: Readonly<Record<number, string>> = {
  1: "is_in",
  2: "is_ex",
  3: "to_in",
  4: "to_ex",
  5: "allow",
  6: "block",
};

/** IGMP as tcpdump prints it. */
export function printIgmp(d: Dissection, at: number, length: number): void {
  d.protocol = "igmp";
  if (d.options.quiet) {
    d.print("igmp");
    return;
  }
  const type = d.u8(at);
  switch (type) {
    case 0x11:
      d.print("igmp query");
      if (length >= 12) queryV3(d, at, length);
      else {
        const max = d.u8(at + 1);
        if (max) {
          d.print(" v2");
          if (max !== 100) d.print(` [max resp time ${max}]`);
        } else d.print(" v1");
        if (d.u32(at + 4)) d.print(` [gaddr ${d.ip4(at + 4)}]`);
      }
      break;
    case 0x12:
      d.print(`igmp v1 report ${d.ip4(at + 4)}`);
      if (length !== 8) d.print(` [len ${length}]`);
      break;
    case 0x16:
      d.print(`igmp v2 report ${d.ip4(at + 4)}`);
      break;
    case 0x22:
      d.print("igmp v3 report");
      reportV3(d, at, length);
      break;
    case 0x17:
      d.print(`igmp leave ${d.ip4(at + 4)}`);
      break;
    default:
      d.print(`igmp-${type}`);
  }
  if (
    d.options.verbose &&
    !d.options.ignoreChecksums &&
    d.has(at, length) &&
    checksum(d.data, at, at + length) !== 0
  )
    d.print(` bad igmp cksum ${d.u16(at + 2).toString(16)}!`);
}

/** RFC 3376 4.1.1: values from 128 on are floating point. */
function queryV3(d: Dissection, at: number, length: number): void {
  d.print(" v3");
  const code = d.u8(at + 1);
  const max = code < 128 ? code : ((code & 15) | 16) << (((code >>> 4) & 7) + 3);
  if (code !== 100) {
    d.print(" [max resp time ");
    if (max < 600) d.print(`${Math.floor(max / 10)}.${max % 10}s`);
    else d.print(relativeTime(Math.floor(max / 10)));
    d.print("]");
  }
  if (d.u32(at + 4) === 0) return;
  d.print(` [gaddr ${d.ip4(at + 4)}`);
  const sources = d.u16(at + 10);
  if (sources > 0) {
    if (12 + 4 * sources > length) d.print(` [invalid number of sources ${sources}]`);
    else if (d.options.verbose > 1) {
      const all: string[] = [];
      for (let i = 0; i < sources; i++) all.push(d.ip4(at + 12 + 4 * i));
      d.print(` { ${all.join(" ")} }`);
    } else d.print(`, ${sources} source(s)`);
  }
  d.print("]");
}

function reportV3(d: Dissection, at: number, length: number): void {
  if (length < 16) {
    d.print(` [invalid len ${length}]`);
    return;
  }
  const count = d.u16(at + 6);
  d.print(`, ${count} group record(s)`);
  if (!d.options.verbose) return;
  let group = 8;
  for (let i = 0; i < count; i++) {
    if (length < group + 8) {
      d.print(` [invalid number of groups]`);
      return;
    }
    d.print(` [gaddr ${format(d.u32(at + group + 4))}`);
    const type = d.u8(at + group);
    d.print(` ${RECORDS[type] ?? ` [v3-report-#${type}]`}`);
    const sources = d.u16(at + group + 2);
    if (length < group + 8 + 4 * sources) {
      d.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (d.options.verbose > 1) {
      d.print(" {");
      for (let j = 0; j < sources; j++) d.print(` ${d.ip4(at + group + 8 + 4 * j)}`);
      d.print(" }");
    } else d.print(`, ${sources} source(s)`);
    group += 8 + 4 * sources;
    d.print("]");
  }
}

/** Seconds as 1w2d3h4m5s. */
export function relativeTime(seconds: number): string {
  if (seconds === 0) return "0s";
  let out = "";
  for (const [unit, size] of [
    ["w", 604800],
    ["d", 86400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const n = Math.floor(seconds / size);
    if (n > 0) {
      out += `${n}${unit}`;
      seconds -= n * size;
    }
  }
  return out;
}
