import * as pcap from "../../../wire/pcap.ts";

/** A frame that a device of a namespace sent or received. */
export interface Frame {
  readonly ns: string;
  readonly ifindex: number;
  readonly direction: "in" | "out";
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly ethertype: number;
  readonly srcMac: string;
  /** From the network header on. */
  readonly bytes: Uint8Array;
  /** As captured, with its SLL2 header. */
  readonly record: Uint8Array;
}

/**
 * A record with a header of the older form, LINKTYPE_LINUX_SLL: it names no interface by a number, which on the
 * machine where a capture is read would be another's.
 */
export function withoutInterface(record: Uint8Array): Uint8Array {
  const cooked = new Uint8Array(record.length - 4);
  cooked.set([0, record[10], record[8], record[9], 0, record[11]]);
  cooked.set(record.subarray(12, 20), 6);
  cooked.set(record.subarray(0, 2), 14);
  cooked.set(record.subarray(20), 16);
  return cooked;
}

/** PACKET_OUTGOING of packet(7). */
const OUTGOING = 4;

/** Reads `tcpdump -i any -w -` as it comes: little-endian pcap with nanoseconds and SLL2 headers. */
export class CaptureReader {
  private readonly ns: string;
  private readonly take: (frame: Frame) => void;
  private rest: Buffer = Buffer.alloc(0);
  private begun = false;

  constructor(ns: string, take: (frame: Frame) => void) {
    this.ns = ns;
    this.take = take;
  }

  push(bytes: Buffer): void {
    this.rest = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    if (!this.begun) {
      if (this.rest.length < 24) return;
      if (this.rest.readUInt32LE(20) !== pcap.LINKTYPE_LINUX_SLL2) throw new Error("tcpdump gives no SLL2");
      this.rest = this.rest.subarray(24);
      this.begun = true;
    }
    while (this.rest.length >= 16) {
      const size = this.rest.readUInt32LE(8);
      if (this.rest.length < 16 + size) return;
      const data = this.rest.subarray(16, 16 + size);
      const time = BigInt(this.rest.readUInt32LE(0)) * 1_000_000_000n + BigInt(this.rest.readUInt32LE(4));
      this.rest = this.rest.subarray(16 + size);
      if (size < 20) continue;
      const record = new Uint8Array(data);
      this.take({
        ns: this.ns,
        ifindex: data.readUInt32BE(4),
        direction: data[10] === OUTGOING ? "out" : "in",
        time,
        ethertype: data.readUInt16BE(0),
        srcMac: [...data.subarray(12, 12 + data[11])].map((b) => b.toString(16).padStart(2, "0")).join(":"),
        bytes: record.subarray(20),
        record,
      });
    }
  }
}
