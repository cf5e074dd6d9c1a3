import * as pcap from "../pcap.ts";
import { type Conversation, DEFAULTS, Dissection, type PrintOptions, TRUNCATED } from "./dissection.ts";
import { asciiPrint, hexAsciiPrint, hexPrint } from "./hex.ts";
import { printIp } from "./ip.ts";
import { printIp6 } from "./ip6.ts";
import { printCooked2, printEthernet, printNetwork } from "./link.ts";

/**
 * Prints packets as tcpdump 4.99 does, one after the other: TCP sequence numbers are relative to what earlier
 * packets of the same printer said.
 */
export class PacketPrinter {
  readonly options: PrintOptions;
  readonly linkType: number;
  /** Protocols met whose insides tcpdump would have shown, and this printer does not. */
  readonly undecoded = new Set<string>();
  private readonly conversations = new Map<string, Conversation>();
  private readonly device: (index: number) => string | undefined;

  constructor(
    linkType: number,
    options: Partial<PrintOptions> = {},
    device: (index: number) => string | undefined = () => undefined,
  ) {
    this.linkType = linkType;
    this.options = { ...DEFAULTS, ...options };
    this.device = device;
  }

  /** The packet's text, without time stamp and without the line's end. `length`: its size on the wire. */
  print(frame: Uint8Array, length = frame.length): string {
    const d = new Dissection(frame, frame.length, this.options, this.conversations, this.undecoded);
    let header = 0;
    try {
      header = this.printLink(d, length);
    } catch (error) {
      if (error !== TRUNCATED) throw error;
      d.truncated();
    }
    const o = this.options;
    const from = Math.min(header, frame.length);
    if (o.hexAscii > 0) d.print(hexAsciiPrint(frame, o.hexAscii > 1 ? 0 : from, frame.length));
    else if (o.hex > 0) d.print(hexPrint(frame, o.hex > 1 ? 0 : from, frame.length));
    else if (o.ascii > 0) d.print(asciiPrint(frame, o.ascii > 1 ? 0 : from, frame.length));
    return d.out;
  }

  private printLink(d: Dissection, length: number): number {
    switch (this.linkType) {
      case pcap.LINKTYPE_ETHERNET:
        return printEthernet(d, length);
      case pcap.LINKTYPE_LINUX_SLL2:
        return printCooked2(d, length, this.device);
      case pcap.LINKTYPE_RAW:
        d.protocol = "raw";
        if (d.u8(0) >>> 4 === 6) printIp6(d, 0, length);
        else printIp(d, 0, length);
        return 0;
      default:
        d.print(`[link type ${this.linkType} not decoded], length ${length}`);
        return 0;
    }
  }
}

/**
 * One packet alone, from its network header on, without addresses: "ICMP echo request, id 7, seq 1, length 64",
 * "Flags [S], seq 1000, win 64240, …, length 0", "ARP, Request who-has …". TCP numbers are absolute.
 */
export function summarize(data: Uint8Array, net: number, end: number, ethertype: number): string {
  const d = new Dissection(data, end, DEFAULTS, null, new Set());
  try {
    if (!printNetwork(d, ethertype, net, end - net))
      return `ethertype 0x${ethertype.toString(16).padStart(4, "0")}, length ${end - net}`;
  } catch (error) {
    if (error !== TRUNCATED) throw error;
    d.truncated();
  }
  return d.out.replace(/^IP6? [0-9a-f.:]+ > [0-9a-f.:]*[0-9a-f]: ?/, "");
}
