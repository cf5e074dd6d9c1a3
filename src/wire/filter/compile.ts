import { u16, u32 } from "../bytes.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL2, LINKTYPE_RAW } from "../pcap.ts";
import { type Arithmetic, type Direction, type Filter, FilterError } from "./ast.ts";
import { type FilterNames, parseFilter } from "./parser.ts";
import { rejectsAll } from "./worlds.ts";

/** A frame to be judged. `pktType` is what the capturing kernel knows beside the bytes. */
export interface Judged {
  data: Uint8Array;
  /** Size on the wire. */
  length: number;
  /** PACKET_OUTGOING is 4; absent in a file. */
  pktType?: number;
}
export type Predicate = (frame: Judged) => boolean;

export interface CompileOptions {
  linkType: number;
  names: FilterNames;
  /** Mask of the capturing device's address, for "ip broadcast". */
  netmask?: number;
  /** A live capture: "inbound" and "outbound" are known. */
  live?: boolean;
}

/** Ends the judging: a load beyond the captured bytes refuses the packet, as BPF does, under "not" too. */
const REJECT = Symbol("reject");

/** A filter expression as a predicate over frames. Throws FilterError with tcpdump's words. */
export function compileFilter(text: string, options: CompileOptions): Predicate {
  const filter = parseFilter(text, options.names);
  if (filter === null) return () => true;
  const compiled = new Compiler(options).compile(filter);
  if (rejectsAll(filter)) throw new FilterError("expression rejects all packets");
  return (frame) => {
    try {
      return compiled(frame);
    } catch (error) {
      if (error === REJECT) return false;
      throw error;
    }
  };
}

function b1(f: Judged, at: number): number {
  if (at < 0 || at + 1 > f.data.length) throw REJECT;
  return f.data[at];
}
function b2(f: Judged, at: number): number {
  if (at < 0 || at + 2 > f.data.length) throw REJECT;
  return u16(f.data, at);
}
function b4(f: Judged, at: number): number {
  if (at < 0 || at + 4 > f.data.length) throw REJECT;
  return u32(f.data, at);
}

const IP = 0x0800;
const IP6 = 0x86dd;
const ARP = 0x0806;
const RARP = 0x8035;

const TRANSPORTS: Readonly<Record<string, number>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
  icmp: 1,
  igmp: 2,
  igrp: 9,
  pim: 103,
  vrrp: 112,
  carp: 112,
  ah: 51,
  esp: 50,
};

type Value = (frame: Judged) => number;

class Compiler {
  private readonly o: CompileOptions;
  /** Where EtherType and network header stand; "vlan" moves both for what follows it. */
  private typeAt: number;
  private net: number;

  constructor(options: CompileOptions) {
    this.o = options;
    const [typeAt, net] =
      options.linkType === LINKTYPE_ETHERNET
        ? [12, 14]
        : options.linkType === LINKTYPE_LINUX_SLL2
          ? [0, 20]
          : [-1, 0];
    this.typeAt = typeAt;
    this.net = net;
    if (typeAt < 0 && options.linkType !== LINKTYPE_RAW)
      throw new FilterError(`filters on link type ${options.linkType} are not modelled`);
  }

  compile(f: Filter): Predicate {
    switch (f.kind) {
      case "and": {
        const left = this.compile(f.left);
        const right = this.compile(f.right);
        return (p) => left(p) && right(p);
      }
      case "or": {
        const left = this.compile(f.left);
        const right = this.compile(f.right);
        return (p) => left(p) || right(p);
      }
      case "not": {
        const of = this.compile(f.of);
        return (p) => !of(p);
      }
      case "constant":
        return () => f.value;
      case "ethertype":
        return this.ethertype(f.type);
      case "protocol":
        return this.protocol(f.family, f.number);
      case "host4":
        return this.host4(f);
      case "host6":
        return this.host6(f);
      case "mac":
        return this.mac(f.direction, f.address);
      case "port":
        return this.port(f);
      case "vlan":
        return this.vlan(f.id);
      case "broadcast":
        return this.broadcast(f.protocol);
      case "multicast":
        return this.multicast(f.protocol);
      case "direction":
        return this.direction(f.inbound);
      case "compare":
        return this.compare(f);
    }
  }

  private ethertype(type: number): Predicate {
    if (this.typeAt < 0) {
      const version = type === IP ? 4 : type === IP6 ? 6 : -1;
      return (p) => version >= 0 && b1(p, 0) >>> 4 === version;
    }
    const at = this.typeAt;
    if (type <= 1500 && this.o.linkType === LINKTYPE_ETHERNET)
      return (p) => b2(p, at) <= 1500 && b1(p, at + 2) === type;
    return (p) => b2(p, at) === type;
  }

  private protocol(family: "ip" | "ip6" | "both", number: number): Predicate {
    const net = this.net;
    const is4 = this.ethertype(IP);
    const is6 = this.ethertype(IP6);
    const four: Predicate = (p) => is4(p) && b1(p, net + 9) === number;
    const six: Predicate = (p) =>
      is6(p) && (b1(p, net + 6) === number || (b1(p, net + 6) === 44 && b1(p, net + 40) === number));
    return family === "ip" ? four : family === "ip6" ? six : (p) => four(p) || six(p);
  }

  private host4(f: Extract<Filter, { kind: "host4" }>): Predicate {
    const net = this.net;
    const at = (src: number, dst: number): Predicate => {
      const one =
        (where: number): Predicate =>
        (p) =>
          (b4(p, net + where) & f.mask) >>> 0 === f.address;
      return sides(f.direction, one(src), one(dst));
    };
    const ip = both(this.ethertype(IP), at(12, 16));
    const arp = both(this.ethertype(ARP), at(14, 24));
    const rarp = both(this.ethertype(RARP), at(14, 24));
    if (f.protocol === "ip") return ip;
    if (f.protocol === "arp") return arp;
    if (f.protocol === "rarp") return rarp;
    return (p) => ip(p) || arp(p) || rarp(p);
  }

  private host6(f: Extract<Filter, { kind: "host6" }>): Predicate {
    const net = this.net;
    const one =
      (where: number): Predicate =>
      (p) => {
        for (let i = 0; i < f.prefix; i += 8) {
          const mask = f.prefix - i >= 8 ? 255 : (0xff00 >> (f.prefix - i)) & 255;
          if ((b1(p, net + where + i / 8) & mask) !== (f.address[i / 8] & mask)) return false;
        }
        return true;
      };
    return both(this.ethertype(IP6), sides(f.direction, one(8), one(24)));
  }

  private mac(direction: Direction, address: Uint8Array): Predicate {
    if (this.o.linkType !== LINKTYPE_ETHERNET)
      throw new FilterError(
        "ethernet addresses supported only on ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel",
      );
    const one =
      (where: number): Predicate =>
      (p) => {
        for (let i = 0; i < 6; i++) if (b1(p, where + i) !== address[i]) return false;
        return true;
      };
    return sides(direction, one(6), one(0));
  }

  private port(f: Extract<Filter, { kind: "port" }>): Predicate {
    const net = this.net;
    const is4 = this.ethertype(IP);
    const is6 = this.ethertype(IP6);
    const numbers = f.protocol === "" ? [6, 17, 132] : [TRANSPORTS[f.protocol]];
    const within = (value: number): boolean => value >= f.low && value <= f.high;
    const ports = (start: Value): Predicate =>
      sides(
        f.direction,
        (p) => within(b2(p, start(p))),
        (p) => within(b2(p, start(p) + 2)),
      );
    const four = ports((p) => net + ((b1(p, net) & 15) << 2));
    const six = ports(() => net + 40);
    return (p) =>
      is4(p)
        ? numbers.includes(b1(p, net + 9)) && (b2(p, net + 6) & 0x1fff) === 0 && four(p)
        : is6(p) && numbers.includes(b1(p, net + 6)) && six(p);
  }

  private vlan(id: number | null): Predicate {
    if (this.o.linkType !== LINKTYPE_ETHERNET)
      throw new FilterError(
        `no VLAN support for ${this.o.linkType === LINKTYPE_RAW ? "Raw IP" : "Linux cooked v2"}`,
      );
    const at = this.typeAt;
    this.typeAt += 4;
    this.net += 4;
    return (p) => {
      const type = b2(p, at);
      if (type !== 0x8100 && type !== 0x88a8 && type !== 0x9100) return false;
      return id === null || (b2(p, at + 2) & 0xfff) === id;
    };
  }

  private broadcast(protocol: string): Predicate {
    if (protocol === "ip") {
      const net = this.net;
      const host = ~(this.o.netmask ?? 0) >>> 0;
      const is4 = this.ethertype(IP);
      return (p) => {
        if (!is4(p)) return false;
        const part = (b4(p, net + 16) & host) >>> 0;
        return part === 0 || part === host;
      };
    }
    if (this.o.linkType !== LINKTYPE_ETHERNET) throw new FilterError("not a broadcast link");
    return this.mac("dst", new Uint8Array(6).fill(255));
  }

  private multicast(protocol: string): Predicate {
    const net = this.net;
    if (protocol === "ip") {
      const is4 = this.ethertype(IP);
      return (p) => is4(p) && b1(p, net + 16) >= 224;
    }
    if (protocol === "ip6") {
      const is6 = this.ethertype(IP6);
      return (p) => is6(p) && b1(p, net + 24) === 255;
    }
    if (this.o.linkType !== LINKTYPE_ETHERNET)
      throw new FilterError(
        "link-layer multicast filters supported only on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel",
      );
    return (p) => (b1(p, 0) & 1) !== 0;
  }

  private direction(inbound: boolean): Predicate {
    if (this.o.linkType === LINKTYPE_LINUX_SLL2 && !this.o.live) return (p) => (b1(p, 10) === 4) !== inbound;
    if (!this.o.live)
      throw new FilterError("inbound/outbound not supported on Ethernet when reading savefiles");
    return (p) => (p.pktType === 4) !== inbound;
  }

  private compare(f: Extract<Filter, { kind: "compare" }>): Predicate {
    const needs: Predicate[] = [];
    const left = this.value(f.left, needs);
    const right = this.value(f.right, needs);
    const test = RELATIONS[f.operator];
    return (p) => {
      for (const need of needs) if (!need(p)) return false;
      return test(left(p), right(p));
    };
  }

  /** An expression's value; `needs` collects what must hold of the packet before anything is loaded. */
  private value(a: Arithmetic, needs: Predicate[]): Value {
    switch (a.kind) {
      case "number":
        return () => a.value;
      case "length":
        return (p) => p.length;
      case "negate": {
        const of = this.value(a.of, needs);
        return (p) => -of(p) >>> 0;
      }
      case "operation": {
        const left = this.value(a.left, needs);
        const right = this.value(a.right, needs);
        const run = OPERATIONS[a.operator];
        return (p) => run(left(p), right(p));
      }
      case "load":
        return this.load(a, needs);
    }
  }

  private load(a: Extract<Arithmetic, { kind: "load" }>, needs: Predicate[]): Value {
    const net = this.net;
    const offset = this.value(a.offset, needs);
    const read = a.size === 1 ? b1 : a.size === 2 ? b2 : b4;
    const from =
      (base: Value): Value =>
      (p) =>
        read(p, (base(p) + offset(p)) >>> 0);
    switch (a.protocol) {
      case "ether":
        return from(() => 0);
      case "ip":
      case "ip6":
      case "arp":
      case "rarp":
        needs.push(this.ethertype({ ip: IP, ip6: IP6, arp: ARP, rarp: RARP }[a.protocol]));
        return from(() => net);
      case "icmp6": {
        const is6 = this.ethertype(IP6);
        needs.push((p) => is6(p) && b1(p, net + 6) === 58);
        return from(() => net + 40);
      }
      default: {
        const number = TRANSPORTS[a.protocol];
        const is4 = this.ethertype(IP);
        // Only the first fragment has the header that is asked for; IPv6 is not looked into, as in libpcap.
        needs.push((p) => is4(p) && b1(p, net + 9) === number && (b2(p, net + 6) & 0x1fff) === 0);
        return from((p) => net + ((b1(p, net) & 15) << 2));
      }
    }
  }
}

const both =
  (a: Predicate, b: Predicate): Predicate =>
  (p) =>
    a(p) && b(p);

function sides(direction: Direction, src: Predicate, dst: Predicate): Predicate {
  if (direction === "src") return src;
  if (direction === "dst") return dst;
  return direction === "both" ? (p) => src(p) && dst(p) : (p) => src(p) || dst(p);
}

const RELATIONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** BPF's arithmetic: 32 bits, unsigned; a division by zero refuses the packet. */
export const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => (a + b) >>> 0,
  "-": (a, b) => (a - b) >>> 0,
  "*": (a, b) => Math.imul(a, b) >>> 0,
  "/": (a, b) => {
    if (b === 0) throw REJECT;
    return Math.floor(a / b);
  },
  "%": (a, b) => {
    if (b === 0) throw REJECT;
    return a % b;
  },
  "&": (a, b) => (a & b) >>> 0,
  "|": (a, b) => (a | b) >>> 0,
  "^": (a, b) => (a ^ b) >>> 0,
  "<<": (a, b) => (b > 31 ? 0 : (a << b) >>> 0),
  ">>": (a, b) => (b > 31 ? 0 : a >>> b),
};
