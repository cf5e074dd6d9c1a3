import { SNAPLEN } from "../../wire/pcap.ts";
import { getopt, UsageError } from "../tool/getopt.ts";

/** How packets' times are printed: by the number of -t given. */
export type TimeStyle = "clock" | "none" | "epoch" | "delta" | "date" | "since-first";

export interface Options {
  device: string | null;
  listDevices: boolean;
  listLinkTypes: boolean;
  read: string | null;
  write: string | null;
  filterFile: string | null;
  count: number;
  countOnly: boolean;
  snaplen: number;
  numeric: boolean;
  link: boolean;
  verbose: number;
  quiet: number;
  hex: number;
  hexAscii: number;
  ascii: number;
  absoluteSequence: boolean;
  ignoreChecksums: boolean;
  lineBuffered: boolean;
  packetBuffered: boolean;
  promiscuous: boolean;
  immediate: boolean;
  numbered: boolean;
  print: boolean;
  nanoseconds: boolean;
  direction: "in" | "out" | "inout";
  time: TimeStyle;
  help: boolean;
  version: boolean;
  expression: string;
}

const SHORT = "aAbB:c:C:dDeE:fF:G:hHi:Ij:JKlLm:M:nNOpqQ:r:s:StT:uUvV:w:W:xXy:Yz:Z:#";
const LONG = {
  "buffer-size:": "B",
  "list-interfaces": "D",
  help: "h",
  "interface:": "i",
  "monitor-mode": "I",
  "time-stamp-type:": "j",
  "list-time-stamp-types": "J",
  "dont-verify-checksums": "K",
  "list-data-link-types": "L",
  "no-optimize": "O",
  "no-promiscuous-mode": "p",
  "direction:": "Q",
  "snapshot-length:": "s",
  "absolute-tcp-sequence-numbers": "S",
  "packet-buffered": "U",
  "linktype:": "y",
  "relinquish-privileges:": "Z",
  number: "#",
  print: "print",
  version: "version",
  count: "count",
  "time-stamp-precision:": "precision",
  micro: "micro",
  nano: "nano",
  "immediate-mode": "immediate",
};

/** Options of the real tool that this one does not model, and what they would do. */
const NOT_MODELLED: Readonly<Record<string, string>> = {
  C: "splitting the output file by size",
  d: "printing the compiled filter",
  E: "decrypting ESP",
  G: "rotating the output file",
  I: "monitor mode",
  J: "listing time stamp types",
  M: "TCP MD5 secrets",
  m: "SMI modules",
  T: "forcing a protocol",
  V: "reading a list of files",
  W: "a ring of output files",
  z: "a command after rotation",
};

/** A message behind "tcpdump: " that ends the program with status 1, with no usage text. */
export class Failure extends Error {}

/** Reads argv. Throws UsageError (then the usage text follows) or Failure. */
export function parseOptions(args: readonly string[]): Options {
  const parsed = getopt(args, SHORT, LONG);
  const o: Options = {
    device: null,
    listDevices: false,
    listLinkTypes: false,
    read: null,
    write: null,
    filterFile: null,
    count: -1,
    countOnly: false,
    snaplen: SNAPLEN,
    numeric: false,
    link: false,
    verbose: 0,
    quiet: 0,
    hex: 0,
    hexAscii: 0,
    ascii: 0,
    absoluteSequence: false,
    ignoreChecksums: false,
    lineBuffered: false,
    packetBuffered: false,
    promiscuous: true,
    immediate: false,
    numbered: false,
    print: false,
    nanoseconds: false,
    direction: "inout",
    time: "clock",
    help: false,
    version: false,
    expression: parsed.rest.join(" "),
  };
  let times = 0;
  for (const [key, value] of parsed.options) {
    const missing = NOT_MODELLED[key];
    if (missing !== undefined) throw new Failure(`option -${key} (${missing}) is not modelled`);
    switch (key) {
      case "A":
        o.ascii++;
        break;
      case "c":
        if (!/^[+ ]?\d+$/.test(value) || Number(value) <= 0)
          throw new Failure(`invalid packet count ${value}`);
        o.count = Number(value);
        break;
      case "D":
        o.listDevices = true;
        break;
      case "e":
        o.link = true;
        break;
      case "F":
        o.filterFile = value;
        break;
      case "h":
        o.help = true;
        break;
      case "i":
        o.device = value;
        break;
      case "K":
        o.ignoreChecksums = true;
        break;
      case "l":
        o.lineBuffered = true;
        break;
      case "L":
        o.listLinkTypes = true;
        break;
      case "n":
        o.numeric = true;
        break;
      case "p":
        o.promiscuous = false;
        break;
      case "q":
        o.quiet++;
        break;
      case "Q":
        if (value !== "in" && value !== "out" && value !== "inout")
          throw new Failure(`unknown capture direction \`${value}'`);
        o.direction = value;
        break;
      case "r":
        o.read = value;
        break;
      case "s":
        if (!/^\d+$/.test(value) || Number(value) > SNAPLEN)
          throw new Failure(`invalid snaplen ${value} (must be >= 0 and <= ${SNAPLEN})`);
        o.snaplen = Number(value) || SNAPLEN;
        break;
      case "S":
        o.absoluteSequence = true;
        break;
      case "t":
        times++;
        break;
      case "U":
        o.packetBuffered = true;
        break;
      case "v":
        o.verbose++;
        break;
      case "w":
        o.write = value;
        break;
      case "x":
        o.hex++;
        break;
      case "X":
        o.hexAscii++;
        break;
      case "y":
        if (value.toUpperCase() !== "EN10MB") throw new Failure(`invalid data link type ${value}`);
        break;
      case "#":
        o.numbered = true;
        break;
      case "print":
        o.print = true;
        break;
      case "version":
        o.version = true;
        break;
      case "count":
        o.countOnly = true;
        break;
      case "immediate":
        o.immediate = true;
        break;
      case "nano":
        o.nanoseconds = true;
        break;
      case "precision":
        if (value !== "micro" && value !== "nano")
          throw new Failure(`unable to set time stamp precision to ${value}`);
        o.nanoseconds = value === "nano";
        break;
      default:
        // The rest changes nothing here: -a -b -B -f -H -j -N -O -u -Y -Z --micro.
        break;
    }
  }
  if (times > 5) throw new UsageError("only -t, -tt, -ttt, -tttt, and -ttttt are supported");
  o.time = (["clock", "none", "epoch", "delta", "date", "since-first"] as const)[times];
  return o;
}

export const VERSION = "tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)\n";
export const USAGE = `Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
\t\t[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
\t\t[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
\t\t[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
\t\t[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
\t\t[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
\t\t[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
\t\t[ -z postrotate-command ] [ -Z user ] [ expression ]
`;
