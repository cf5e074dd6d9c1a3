import { put16, put32, u16, u32 } from "./bytes.ts";
import { checksum } from "./checksum.ts";

/** IGMP (RFC 1112, 2236, 3376). `at` is the offset of the IGMP header. */
export const LENGTH = 8;

export const QUERY = 0x11;
export const V1_REPORT = 0x12;
export const DVMRP = 0x13;
export const PIM = 0x14;
export const V2_REPORT = 0x16;
export const LEAVE = 0x17;
export const V3_REPORT = 0x22;

// Record types of a version 3 report.
export const IS_IN = 1;
export const IS_EX = 2;
export const TO_IN = 3;
export const TO_EX = 4;

export const type = (data: Uint8Array, at: number): number => data[at];
/** Tenths of a second (version 2 and 3). */
export const maxResponse = (data: Uint8Array, at: number): number => data[at + 1];
export const group = (data: Uint8Array, at: number): number => u32(data, at + 4);

export interface GroupRecord {
  type: number;
  group: number;
  sources: number[];
}

/** Writes a query, report or leave of version 1 or 2. */
export function emit(data: Uint8Array, at: number, kind: number, max: number, address: number): void {
  data[at] = kind;
  data[at + 1] = max;
  put16(data, at + 2, 0);
  put32(data, at + 4, address);
  put16(data, at + 2, checksum(data, at, at + LENGTH));
}

/** Writes a version 3 report; returns its length. */
export function emitV3Report(data: Uint8Array, at: number, records: readonly GroupRecord[]): number {
  data[at] = V3_REPORT;
  data[at + 1] = 0;
  put32(data, at + 2, 0);
  put16(data, at + 6, records.length);
  let end = at + 8;
  for (const record of records) {
    data[end] = record.type;
    data[end + 1] = 0;
    put16(data, end + 2, record.sources.length);
    put32(data, end + 4, record.group);
    end += 8;
    for (const source of record.sources) {
      put32(data, end, source);
      end += 4;
    }
  }
  put16(data, at + 2, checksum(data, at, end));
  return end - at;
}

/** The records of a version 3 report in [at, end), or undefined when it is cut short. */
export function parseV3Report(data: Uint8Array, at: number, end: number): GroupRecord[] | undefined {
  if (end - at < 8) return undefined;
  const records: GroupRecord[] = [];
  let i = at + 8;
  for (let n = u16(data, at + 6); n > 0; n--) {
    if (i + 8 > end) return undefined;
    const count = u16(data, i + 2);
    if (i + 8 + 4 * count > end) return undefined;
    const sources: number[] = [];
    for (let s = 0; s < count; s++) sources.push(u32(data, i + 8 + 4 * s));
    records.push({ type: data[i], group: u32(data, i + 4), sources });
    i += 8 + 4 * count + 4 * data[i + 1];
  }
  return records;
}
