import { parse as parseMac } from "../ethernet.ts";
import * as ipv4 from "../ipv4.ts";
import * as ipv6 from "../ipv6.ts";
import { comparison } from "./arithmetic.ts";
import { type Direction, type Filter, FilterError, type Protocol, syntaxError } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { type Token, tokenize } from "./lexer.ts";
import {
  CONSTANTS,
  ETHER_PROTO_NAMES,
  ETHERTYPE_WORDS,
  IP_PROTO_NAMES,
  NOT_MODELLED,
  PROTOCOL_WORDS,
  PROTOCOLS,
} from "./names.ts";

/** What names in an expression are looked up in. */
export interface FilterNames {
  host(name: string): readonly number[] | undefined;
  port(name: string): number | undefined;
}

type Kind = "host" | "net" | "port" | "portrange" | "proto" | "";
/** The qualifiers of a primitive; what follows "and" without its own takes them over. */
interface Qualifiers {
  protocol: string;
  direction: Direction | "";
  kind: Kind;
}

const WORD_OPERATORS = new Set(["and", "or", "not"]);
const KINDS = new Set(["host", "net", "port", "portrange", "proto"]);

/** The expression's tree; null for an empty one (every packet). Throws FilterError. */
export function parseFilter(text: string, names: FilterNames): Filter | null {
  if (text.trim() === "") return null;
  const parser = new Parser(tokenize(text), names);
  return parser.all();
}

class Parser extends Cursor {
  private readonly names: FilterNames;
  private last: Qualifiers = { protocol: "", direction: "", kind: "" };

  constructor(tokens: Token[], names: FilterNames) {
    super(tokens);
    this.names = names;
  }

  all(): Filter {
    const filter = this.expression();
    if (this.peek().kind !== "end") throw syntaxError();
    return filter;
  }

  /** "and" and "or" have one rank and bind to the left. */
  private expression(): Filter {
    let left = this.term();
    for (;;) {
      if (this.word("and") || this.symbol("&&")) left = { kind: "and", left, right: this.term() };
      else if (this.word("or") || this.symbol("||")) left = { kind: "or", left, right: this.term() };
      else return left;
    }
  }

  private term(): Filter {
    if (this.word("not") || this.symbol("!")) return { kind: "not", of: this.term() };
    if (this.isSymbol("(")) {
      const start = this.at;
      // "(tcp[0] + 1) > 5" is a comparison, "(tcp)" a filter: try the filter first.
      const saved = this.last;
      try {
        this.at++;
        const inner = this.expression();
        if (this.symbol(")") && !this.atRelation()) return inner;
      } catch (error) {
        if (!(error instanceof FilterError) || !error.message.endsWith("syntax error")) throw error;
      }
      this.at = start;
      this.last = saved;
      return comparison(this);
    }
    return this.primitive();
  }

  private atRelation(): boolean {
    const t = this.peek();
    return t.kind === "symbol" && !["&&", "||", ")", "!", "("].includes(t.text);
  }

  private primitive(): Filter {
    const token = this.peek();
    if (token.kind === "number" && !this.repeats()) return comparison(this);
    if (token.kind === "symbol") {
      if (token.text === "-") return comparison(this);
      throw syntaxError();
    }
    if (token.kind === "end") throw syntaxError();
    if (token.kind === "word" && !token.escaped) {
      const word = token.text;
      if (WORD_OPERATORS.has(word)) throw syntaxError();
      if (word === "len" || this.isSymbol("[", 1) || (CONSTANTS[word] !== undefined && !this.repeats()))
        return comparison(this);
      if (word === "less" || word === "greater") return this.lengthTest(word);
      if (word === "inbound" || word === "outbound") {
        this.at++;
        return { kind: "direction", inbound: word === "inbound" };
      }
      if (word === "vlan") return this.vlan();
      if (word === "broadcast" || word === "multicast") {
        this.at++;
        return { kind: word, protocol: "" };
      }
      if (word === "gateway") throw new FilterError("'gateway' not supported in this configuration");
      if (NOT_MODELLED.has(word)) throw new FilterError(`filter primitive '${word}' is not modelled`);
    }
    return this.qualified();
  }

  /** Whether a bare number or name continues the primitive before it: "port 80 or 443". */
  private repeats(): boolean {
    if (this.last.kind === "" && this.last.direction === "" && this.last.protocol === "") return false;
    const next = this.peek(1);
    return (
      next.kind === "end" ||
      next.kind === "word" ||
      (next.kind === "symbol" && [")", "&&", "||"].includes(next.text))
    );
  }

  private lengthTest(word: "less" | "greater"): Filter {
    this.at++;
    const n = this.peek();
    if (n.kind !== "number") throw syntaxError();
    this.at++;
    return {
      kind: "compare",
      operator: word === "less" ? "<=" : ">=",
      left: { kind: "length" },
      right: { kind: "number", value: n.value },
    };
  }

  private vlan(): Filter {
    this.at++;
    const n = this.peek();
    if (n.kind !== "number") return { kind: "vlan", id: null };
    this.at++;
    if (n.value > 4095) throw new FilterError(`VLAN tag ${n.value} greater than maximum 4095`);
    return { kind: "vlan", id: n.value };
  }

  /** [proto] [src|dst …] [host|net|port …] ID, or a protocol alone. */
  private qualified(): Filter {
    let protocol = "";
    let direction: Direction | "" = "";
    let kind: Kind = "";
    let explicit = false;
    const start = this.peek();
    if (start.kind === "word" && !start.escaped && PROTOCOLS.has(start.text)) {
      protocol = start.text === "link" ? "ether" : start.text;
      explicit = true;
      this.at++;
      if (this.isWord("broadcast") || this.isWord("multicast")) {
        const what = (this.peek() as { text: "broadcast" | "multicast" }).text;
        this.at++;
        if (protocol !== "ether" && protocol !== "ip" && protocol !== "ip6")
          throw new FilterError(ONLY_LINK[what]);
        if (protocol === "ip6" && what === "broadcast") throw new FilterError(ONLY_LINK.broadcast);
        return { kind: what, protocol };
      }
      if (this.isWord("protochain")) throw new FilterError("filter primitive 'protochain' is not modelled");
    } else if (start.kind === "word" && !start.escaped && PROTOCOL_WORDS[start.text] !== undefined) {
      this.at++;
      this.last = { protocol: "", direction: "", kind: "" };
      return { kind: "protocol", ...PROTOCOL_WORDS[start.text] };
    }
    const one = this.direction();
    if (one) {
      direction = one;
      explicit = true;
    }
    const token = this.peek();
    if (token.kind === "word" && !token.escaped && KINDS.has(token.text)) {
      kind = token.text as Kind;
      explicit = true;
      this.at++;
    }
    if (explicit && protocol !== "" && direction === "" && kind === "" && this.atEndOfPrimitive()) {
      this.last = { protocol, direction: "", kind: "" };
      return this.protocolAlone(protocol);
    }
    const qualifiers: Qualifiers = explicit ? { protocol, direction, kind } : this.last;
    if (this.symbol("(")) {
      // "port (80 or 443)": the qualifiers hold for all inside.
      this.last = qualifiers;
      const inner = this.expression();
      if (!this.symbol(")")) throw syntaxError();
      return inner;
    }
    this.last = qualifiers;
    return this.identified(qualifiers);
  }

  private atEndOfPrimitive(): boolean {
    const t = this.peek();
    if (t.kind === "end") return true;
    if (t.kind === "symbol") return [")", "&&", "||"].includes(t.text);
    return t.kind === "word" && !t.escaped && WORD_OPERATORS.has(t.text);
  }

  private protocolAlone(protocol: string): Filter {
    const ethertype = ETHERTYPE_WORDS[protocol];
    if (ethertype !== undefined) return { kind: "ethertype", type: ethertype };
    const known = PROTOCOL_WORDS[protocol];
    if (known) return { kind: "protocol", ...known };
    throw syntaxError();
  }

  private direction(): Direction | null {
    const first = this.isWord("src") ? "src" : this.isWord("dst") ? "dst" : null;
    if (first === null) return null;
    const second = first === "src" ? "dst" : "src";
    if ((this.isWord("or", 1) || this.isWord("and", 1)) && this.isWord(second, 2)) {
      const both = this.isWord("and", 1);
      this.at += 3;
      return both ? "both" : "either";
    }
    this.at++;
    return first;
  }

  private identified(q: Qualifiers): Filter {
    const token = this.peek();
    const direction: Direction = q.direction === "" ? "either" : q.direction;
    if (token.kind === "end" || token.kind === "symbol") throw syntaxError();
    if (token.kind === "word" && !token.escaped && (WORD_OPERATORS.has(token.text) || KINDS.has(token.text)))
      throw syntaxError();
    if (
      token.kind === "word" &&
      !token.escaped &&
      (PROTOCOLS.has(token.text) || PROTOCOL_WORDS[token.text]) &&
      q.kind !== "proto"
    )
      throw syntaxError();
    // An address or a name with nothing to say what it is is an error of syntax; a link address tells itself.
    if (q.kind === "" && q.direction === "") throw syntaxError();
    switch (q.kind) {
      case "port":
        return this.ports(q, direction, false);
      case "portrange":
        return this.ports(q, direction, true);
      case "proto":
        return this.protocolNumber(q);
      case "net":
        return this.network(q, direction);
      default:
        return this.host(q, direction);
    }
  }

  private ports(q: Qualifiers, direction: Direction, range: boolean): Filter {
    if (q.protocol !== "" && q.protocol !== "tcp" && q.protocol !== "udp" && q.protocol !== "sctp")
      throw new FilterError(`illegal qualifier of 'port${range ? "range" : ""}'`);
    const first = this.port(range);
    const second = range && this.symbol("-") ? this.port(range) : first;
    return {
      kind: "port",
      protocol: q.protocol as "" | "tcp" | "udp" | "sctp",
      direction,
      low: Math.min(first, second),
      high: Math.max(first, second),
    };
  }

  private port(range: boolean): number {
    const token = this.peek();
    this.at++;
    if (token.kind === "number") {
      if (token.value > 65535) throw new FilterError(`illegal port number ${token.value} > 65535`);
      return token.value;
    }
    if (token.kind !== "word") throw syntaxError();
    if (range && this.names.port(token.text) === undefined) {
      // "20-25" and "http-https" are one word each: cut where both halves are ports.
      for (let i = token.text.indexOf("-"); i > 0; i = token.text.indexOf("-", i + 1)) {
        const [low, high] = [token.text.slice(0, i), token.text.slice(i + 1)].map((part) =>
          /^[0-9]+$/.test(part) ? Number(part) : this.names.port(part),
        );
        if (low === undefined || high === undefined) continue;
        if (low > 65535 || high > 65535)
          throw new FilterError(`illegal port number ${Math.max(low, high)} > 65535`);
        this.tokens.splice(
          this.at,
          0,
          { kind: "symbol", text: "-" },
          { kind: "number", value: high, text: String(high) },
        );
        return low;
      }
    }
    const number = this.names.port(token.text);
    if (number === undefined) throw new FilterError(`unknown port '${token.text}'`);
    return number;
  }

  private protocolNumber(q: Qualifiers): Filter {
    const token = this.peek();
    this.at++;
    if (token.kind !== "number" && token.kind !== "word") throw syntaxError();
    if (token.kind === "word" && !token.escaped && (PROTOCOLS.has(token.text) || PROTOCOL_WORDS[token.text]))
      throw syntaxError();
    if (q.protocol === "ether") {
      const type = token.kind === "number" ? token.value : ETHER_PROTO_NAMES[token.text];
      if (type === undefined)
        throw new FilterError(`unknown ether proto '${(token as { text: string }).text}'`);
      return { kind: "ethertype", type };
    }
    const number = token.kind === "number" ? token.value : IP_PROTO_NAMES[token.text];
    if (number === undefined) throw new FilterError(`unknown ip proto '${(token as { text: string }).text}'`);
    if (q.protocol !== "" && q.protocol !== "ip" && q.protocol !== "ip6")
      throw new FilterError(`'${q.protocol} proto' is bogus`);
    return { kind: "protocol", family: q.protocol === "" ? "both" : (q.protocol as "ip" | "ip6"), number };
  }

  private host(q: Qualifiers, direction: Direction): Filter {
    const token = this.peek();
    this.at++;
    const protocol = q.protocol as Protocol;
    if (token.kind === "mac") {
      if (protocol !== "ether") throw new FilterError("ethernet address used in non-ether expression");
      const address = parseMac(token.text.replaceAll("-", ":"));
      if (!address) throw syntaxError();
      return { kind: "mac", direction, address };
    }
    if (protocol === "ether") {
      if (token.kind === "word") throw new FilterError(`unknown ether host '${token.text}'`);
      throw new FilterError("illegal link layer address");
    }
    if (token.kind === "dotted" || token.kind === "number") return this.address4(q, direction, token.text);
    if (token.kind === "ip6") return this.address6(q, direction, token.text);
    if (token.kind !== "word") throw syntaxError();
    const addresses = this.names.host(token.text);
    if (!addresses || addresses.length === 0) throw new FilterError(`unknown host '${token.text}'`);
    this.checkHost(q, "host", "ip");
    return addresses
      .map((address): Filter => ({ kind: "host4", protocol, direction, address, mask: 0xffffffff }))
      .reduce((left, right) => ({ kind: "or", left, right }));
  }

  private checkHost(q: Qualifiers, what: "host" | "net", family: "ip" | "ip6"): void {
    const p = q.protocol;
    if (["tcp", "udp", "sctp", "icmp", "icmp6", "igmp"].includes(p))
      throw new FilterError(`'${p}' modifier applied to ${what}`);
    if (family === "ip6" && ["ip", "arp", "rarp"].includes(p))
      throw new FilterError(`'${p}' modifier applied to ip6 ${what}`);
    if (family === "ip" && p === "ip6") throw new FilterError(`'ip6' modifier applied to ip ${what}`);
  }

  private network(q: Qualifiers, direction: Direction): Filter {
    const token = this.peek();
    this.at++;
    if (q.protocol === "ether") throw new FilterError("illegal link layer address");
    if (token.kind === "dotted" || token.kind === "number") return this.address4(q, direction, token.text);
    if (token.kind === "ip6") return this.address6(q, direction, token.text);
    if (token.kind === "word") throw new FilterError(`unknown network '${token.text}'`);
    throw syntaxError();
  }

  /** A dotted quad of one to four parts, with /LENGTH or "mask M" behind it. */
  private address4(q: Qualifiers, direction: Direction, text: string): Filter {
    if (!text.includes(".")) return this.number4(q, direction, Number(text));
    const parts = text.split(".").map(Number);
    if (parts.some((p) => p > 255)) throw new FilterError(`invalid IPv4 address '${text}'`);
    let address = 0;
    for (const part of parts) address = address * 256 + part;
    const prefix = 8 * parts.length;
    address = (address * 2 ** (32 - prefix)) >>> 0;
    this.checkHost(q, q.kind === "net" ? "net" : "host", "ip");
    return this.masked(q, direction, address, ipv4.mask(prefix), text);
  }

  /** An address with the /LENGTH or the mask that may stand behind it. */
  private masked(q: Qualifiers, direction: Direction, address: number, mask: number, text: string): Filter {
    let spelled = text;
    if (this.symbol("/")) {
      const n = this.peek();
      if (n.kind !== "number") throw syntaxError();
      this.at++;
      if (n.value > 32) throw syntaxError();
      mask = ipv4.mask(n.value);
      spelled = `${text}/${n.text}`;
    } else if (this.word("mask")) {
      const m = this.peek();
      const value = m.kind === "dotted" ? ipv4.parse(m.text) : undefined;
      if (m.kind !== "dotted" || value === undefined) throw syntaxError();
      this.at++;
      mask = value;
      spelled = `${text} mask ${m.text}`;
    }
    if ((address & ~mask) >>> 0 !== 0) throw new FilterError(`non-network bits set in "${spelled}"`);
    return { kind: "host4", protocol: q.protocol as Protocol, direction, address, mask };
  }

  /** A bare number: a whole address, or for "net" its first bytes: "net 10" is 10.0.0.0/8. */
  private number4(q: Qualifiers, direction: Direction, value: number): Filter {
    this.checkHost(q, q.kind === "net" ? "net" : "host", "ip");
    const net = q.kind === "net" || this.isSymbol("/") || this.isWord("mask");
    let address = value >>> 0;
    let mask = 0xffffffff;
    if (net) {
      while (address !== 0 && address < 0x1000000) {
        address = (address << 8) >>> 0;
        mask = (mask << 8) >>> 0;
      }
      if (this.isSymbol("/") || this.isWord("mask"))
        return this.masked(q, direction, address, mask, String(value));
    }
    return { kind: "host4", protocol: q.protocol as Protocol, direction, address, mask };
  }

  private address6(q: Qualifiers, direction: Direction, text: string): Filter {
    const address = ipv6.parse(text);
    if (!address) throw syntaxError();
    this.checkHost(q, q.kind === "net" ? "net" : "host", "ip6");
    let prefix = 128;
    if (this.symbol("/")) {
      const n = this.peek();
      if (n.kind !== "number") throw syntaxError();
      this.at++;
      if (n.value > 128) throw new FilterError("mask length must be <= 128");
      prefix = n.value;
      for (let i = prefix; i < 128; i++)
        if (address[i >> 3] & (0x80 >> (i & 7)))
          throw new FilterError(`non-network bits set in "${text}/${n.text}"`);
    }
    return { kind: "host6", protocol: q.protocol as Protocol, direction, address, prefix };
  }
}

const ONLY_LINK = {
  broadcast: "only link-layer/IP broadcast filters supported",
  multicast:
    "link-layer multicast filters supported only on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel",
} as const;
