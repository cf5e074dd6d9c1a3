import type { Process, Running } from "../../machine/process.ts";
import { open } from "../../machine/vfs.ts";
import { type CapturedPacket, fileHeader, record } from "../../wire/pcap.ts";
import type { PacketPrinter } from "../../wire/print/printer.ts";
import { Stdio } from "../tool/stdio.ts";
import type { Options } from "./options.ts";
import type { TimePrinter } from "./time.ts";

/** stdio's buffer on a file or a pipe. */
const BLOCK = 4096;

/** Where captured packets go: printed, written to a file, or both (--print). */
export interface Output {
  packet(packet: CapturedPacket): Running<void>;
  /** The end: what is still held goes out. `interrupted`: by a signal. */
  end(interrupted: boolean): Running<void>;
}

/** Packets as text on standard output, which tcpdump buffers by lines with -l or on a terminal only. */
export class TextOutput implements Output {
  private readonly out: Stdio;
  private readonly printer: PacketPrinter;
  private readonly times: TimePrinter;
  private readonly options: Options;
  private number = 0;

  constructor(proc: Process, printer: PacketPrinter, times: TimePrinter, options: Options) {
    this.out = new Stdio(proc, options.lineBuffered ? "line" : undefined);
    this.printer = printer;
    this.times = times;
    this.options = options;
  }

  *packet(packet: CapturedPacket): Running<void> {
    this.number++;
    const count = this.options.numbered ? `${String(this.number).padStart(5)}  ` : "";
    const stamp = this.times.print(packet.seconds, packet.nanoseconds);
    yield* this.out.print(`${count}${stamp}${this.printer.print(packet.data, packet.length)}\n`);
    if (this.options.packetBuffered) yield* this.out.flush();
  }

  *end(interrupted: boolean): Running<void> {
    if (interrupted) yield* this.out.print("\n");
    yield* this.out.flush();
  }
}

/** A capture file (-w), buffered in blocks as stdio does unless -U. */
export class FileOutput implements Output {
  private readonly proc: Process;
  private readonly fd: number;
  private readonly options: Options;
  private held: Uint8Array;

  /** Throws KernelError when the file cannot be made. */
  constructor(proc: Process, path: string, linkType: number, options: Options, snaplen: number) {
    this.proc = proc;
    this.options = options;
    this.fd = path === "-" ? 1 : proc.addFd(open(proc, path, { write: true, create: true, truncate: true }));
    this.held = fileHeader(linkType, snaplen, options.nanoseconds);
  }

  *start(): Running<void> {
    if (this.options.packetBuffered) yield* this.flush(this.held.length);
  }

  *packet(packet: CapturedPacket): Running<void> {
    const bytes = record(packet, this.options.nanoseconds);
    const all = new Uint8Array(this.held.length + bytes.length);
    all.set(this.held);
    all.set(bytes, this.held.length);
    this.held = all;
    if (this.options.packetBuffered) yield* this.flush(all.length);
    else if (all.length >= BLOCK) yield* this.flush(all.length - (all.length % BLOCK));
  }

  *end(): Running<void> {
    yield* this.flush(this.held.length);
    if (this.fd !== 1) this.proc.closeFd(this.fd);
  }

  private *flush(length: number): Running<void> {
    const part = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    if (part.length > 0) yield* this.proc.write(this.fd, part);
  }
}
