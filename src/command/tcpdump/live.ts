import { SECOND } from "../../base/clock.ts";
import { WaitQueue } from "../../base/wait.ts";
import type { Process } from "../../machine/process.ts";
import { PACKET_OUTGOING, type Packet } from "../../netfilter/packet.ts";
import type { Device, Tap } from "../../network/device.ts";
import type { NetNamespace } from "../../network/namespace.ts";
import { put16, put32 } from "../../wire/bytes.ts";
import type { Predicate } from "../../wire/filter/compile.ts";
import { type CapturedPacket, LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL2 } from "../../wire/pcap.ts";

/** libpcap's block of the capture ring: full, it is handed over at once. */
const BLOCK = 524288;
/** A ring slot's header beside the frame (struct tpacket3_hdr and sockaddr_ll, aligned). */
const SLOT = 96;
const COOKED = 20;

const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

/**
 * A capture from devices as libpcap makes it with TPACKET_V3: frames are copied as they pass; a program sees
 * them when a block is handed over, once a second since the start (or when it is full, or at once in immediate
 * mode). What has not been handed over when the program ends is lost, though counted.
 */
export class LiveCapture {
  readonly linkType: number;
  /** Frames that passed the kernel's filter (PACKET_STATISTICS tp_packets). */
  received = 0;
  readonly arrived = new WaitQueue();
  /** Set by the filter's compilation, before `start`. */
  filter: Predicate = () => true;
  private readonly proc: Process;
  private readonly ns: NetNamespace;
  private readonly device: Device | null;
  private readonly options: {
    snaplen: number;
    promiscuous: boolean;
    immediate: boolean;
    direction: "in" | "out" | "inout";
  };
  private pending: CapturedPacket[] = [];
  private pendingBytes = 0;
  private ready: CapturedPacket[] = [];
  private startedAt = 0;
  private running = false;
  private readonly tap: Tap;

  /** @param device null is every device of the process's namespace. */
  constructor(
    proc: Process,
    device: Device | null,
    options: { snaplen: number; promiscuous: boolean; immediate: boolean; direction: "in" | "out" | "inout" },
  ) {
    this.proc = proc;
    this.ns = proc.net;
    this.device = device;
    this.options = options;
    this.linkType = device === null ? LINKTYPE_LINUX_SLL2 : LINKTYPE_ETHERNET;
    this.tap = (pkt, direction, dev) => this.take(pkt, direction, dev);
  }

  start(): void {
    this.startedAt = this.proc.machine.now;
    this.running = true;
    (this.device ?? this.ns).taps.push(this.tap);
    if (this.device && this.options.promiscuous) this.ns.links.promiscuous(this.device, 1);
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    const taps = (this.device ?? this.ns).taps;
    const at = taps.indexOf(this.tap);
    if (at >= 0) taps.splice(at, 1);
    if (this.device && this.options.promiscuous && !this.device.dead)
      this.device.ns.links.promiscuous(this.device, -1);
  }

  /** The device was deleted or moved away under the capture. */
  get gone(): boolean {
    return this.device !== null && (this.device.dead || this.device.ns !== this.ns);
  }

  /** When the frames that wait are handed over; undefined when none wait. */
  get nextHandover(): number | undefined {
    if (this.pending.length === 0) return undefined;
    const periods = Math.floor((this.proc.machine.now - this.startedAt) / SECOND) + 1;
    return this.startedAt + periods * SECOND;
  }

  /** What wakes a reader: packets, or the end of the device. */
  get wakers(): readonly WaitQueue[] {
    return this.device ? [this.arrived, this.device.unregistered] : [this.arrived];
  }

  /** Whether packets were handed over and not read yet. */
  get waiting(): boolean {
    return this.ready.length > 0;
  }

  /** What has been handed over. */
  read(): CapturedPacket[] {
    const packets = this.ready;
    this.ready = [];
    return packets;
  }

  /** The block's timer ran out. */
  handOver(): void {
    this.ready.push(...this.pending);
    this.pending = [];
    this.pendingBytes = 0;
  }

  private take(pkt: Packet, direction: "in" | "out", dev: Device): void {
    const frame = this.device === null ? cooked(pkt, direction, dev) : ethernet(pkt);
    const pktType = direction === "out" ? PACKET_OUTGOING : pkt.pktType;
    if (!this.filter({ data: frame, length: frame.length, pktType })) return;
    this.received++;
    // libpcap drops in user space what the program did not ask for, and loopback's outgoing half.
    if (direction === "out" && dev.isLoopback) return;
    if (this.options.direction !== "inout" && this.options.direction !== direction) return;
    const machine = this.proc.machine;
    const time = BigInt(machine.epoch) + BigInt(Math.round(machine.now));
    const first = this.pending.length === 0;
    this.pending.push({
      seconds: Number(time / 1_000_000_000n),
      nanoseconds: Number(time % 1_000_000_000n),
      data: frame.length > this.options.snaplen ? frame.slice(0, this.options.snaplen) : frame,
      length: frame.length,
      linkType: this.linkType,
    });
    this.pendingBytes += Math.min(frame.length, this.options.snaplen) + SLOT;
    if (this.options.immediate || this.pendingBytes > BLOCK) {
      this.handOver();
      this.arrived.wake();
    } else if (first) this.arrived.wake();
  }
}

/** A copy of the frame with its link header; one without gets a header without addresses. */
function ethernet(pkt: Packet): Uint8Array {
  if (pkt.mac >= 0) return pkt.data.slice(pkt.mac, pkt.end);
  const frame = new Uint8Array(14 + pkt.length);
  put16(frame, 12, pkt.protocol);
  frame.set(pkt.data.subarray(pkt.net, pkt.end), 14);
  return frame;
}

/** The frame behind a LINUX_SLL2 header: protocol, interface, ARPHRD type, packet type, source address. */
function cooked(pkt: Packet, direction: "in" | "out", dev: Device): Uint8Array {
  const frame = new Uint8Array(COOKED + pkt.length);
  put16(frame, 0, pkt.protocol);
  put32(frame, 4, dev.index);
  put16(frame, 8, dev.isLoopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER);
  frame[10] = direction === "out" ? PACKET_OUTGOING : pkt.pktType;
  frame[11] = 6;
  if (pkt.mac >= 0) frame.set(pkt.data.subarray(pkt.mac + 6, pkt.mac + 12), 12);
  frame.set(pkt.data.subarray(pkt.net, pkt.end), COOKED);
  return frame;
}
