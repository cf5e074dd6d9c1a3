import fc from "fast-check";
import { put16 } from "../../../src/wire/bytes.ts";
import { checksum, pseudo4 } from "../../../src/wire/checksum.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import * as ipv4 from "../../../src/wire/ipv4.ts";
import { neighboursOf, type Port, type Topology } from "./topology.ts";

// Packets that no command sends. Numbers that a stack would draw by chance are small here, and so stay as they are
// when frames are compared (frames/names.ts): sequence numbers, echo identifiers.

const parseIp = (text: string): number => text.split(".").reduce((n, part) => n * 256 + Number(part), 0);
const parseMac = (text: string): Uint8Array => ethernet.parse(text) as Uint8Array;
const bytes = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  new Uint8Array(parts.flatMap((p) => [...p]));
const words16 = (...values: number[]): number[] => values.flatMap((v) => [v >>> 8, v & 255]);
const words32 = (...values: number[]): number[] =>
  values.flatMap((v) => [...words16(v >>> 16), ...words16(v & 0xffff)]);

const PORTS = [7, 53, 80, 443, 8080, 0, 3000, 65535];
const STRANGE = [
  "127.0.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "224.0.0.1",
  "240.0.0.1",
  "169.254.1.1",
  "192.0.2.9",
];
const FLAGS = [
  0x02, 0x02, 0x10, 0x12, 0x01, 0x11, 0x04, 0x14, 0x00, 0x29, 0x3f, 0x06, 0x03, 0x18, 0xc2, 0x20,
];

/** A datagram's payload and protocol, for given addresses. */
type Payload = (src: number, dst: number) => { readonly protocol: number; readonly data: Uint8Array };

/** Most of the time nothing, now and then one of these. */
const rarely = <T>(nothing: T, ...odd: T[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(nothing) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });

const port = fc.constantFrom(...PORTS);
const filler = (size: number) => Array.from({ length: size }, (_, i) => 0x61 + (i % 26));

const udp: fc.Arbitrary<Payload> = fc
  .tuple(
    port,
    port,
    fc.constantFrom(0, 1, 5, 100, 1460),
    rarely(0, 1, -1, 40, 1000),
    rarely("right", "wrong", "none"),
  )
  .map(([sport, dport, size, more, sum]) => (src, dst) => {
    const length = 8 + size;
    const data = bytes(words16(sport, dport, Math.max(0, length + more), 0), filler(size));
    const right = checksum(data, 0, length, pseudo4(src, dst, 17, Math.max(0, length + more))) || 0xffff;
    if (sum !== "none") put16(data, 6, sum === "right" ? right : right ^ 0x0f0f);
    return { protocol: ipv4.UDP, data };
  });

const OPTIONS: readonly (readonly number[])[] = [
  [],
  [2, 4, 5, 180],
  [2, 4, 5, 180, 4, 2, 1, 1, 3, 3, 7, 0],
  [8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1],
  [2, 0, 0, 0],
  [253, 2, 1, 1],
  [5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1],
];

const tcp: fc.Arbitrary<Payload> = fc
  .record({
    sport: port,
    dport: port,
    seq: fc.constantFrom(0, 1, 1000),
    ack: fc.constantFrom(0, 1, 1000),
    flags: fc.constantFrom(...FLAGS),
    options: rarely([], ...OPTIONS),
    size: fc.constantFrom(0, 0, 3, 500),
    header: rarely(0, -1, 1, 5, -5),
    urgent: rarely(0, 1),
    broken: rarely(false, true),
  })
  .map((t) => (src, dst) => {
    const length = 20 + t.options.length;
    const offset = Math.max(0, Math.min(15, length / 4 + t.header));
    const data = bytes(
      words16(t.sport, t.dport),
      words32(t.seq, t.ack),
      [offset << 4, t.flags],
      words16(1024, 0, t.urgent),
      t.options,
      filler(t.size),
    );
    const right = checksum(data, 0, data.length, pseudo4(src, dst, 6, data.length));
    put16(data, 16, t.broken ? right ^ 1 : right);
    return { protocol: ipv4.TCP, data };
  });

function icmpMessage(
  type: number,
  code: number,
  rest: readonly number[],
  body: Uint8Array | number[],
  broken: boolean,
) {
  const data = bytes([type, code, 0, 0], rest, body);
  put16(data, 2, checksum(data, 0, data.length) ^ (broken ? 1 : 0));
  return { protocol: ipv4.ICMP, data };
}

const echo: fc.Arbitrary<Payload> = fc
  .tuple(
    fc.constantFrom(8, 8, 8, 0, 13, 17, 15, 9, 10, 42),
    rarely(0, 1),
    fc.constantFrom(0, 1, 56, 1400),
    rarely(false, true),
  )
  .map(
    ([type, code, size, broken]) =>
      () =>
        icmpMessage(type, code, words16(7, 1), filler(size), broken),
  );

/** An ICMP error about a packet that went the other way, or about one that never was. */
function icmpError(ips: readonly string[]): fc.Arbitrary<Payload> {
  return fc
    .record({
      kind: fc.constantFrom(
        [3, 0],
        [3, 1],
        [3, 3],
        [3, 3],
        [3, 4],
        [3, 13],
        [11, 0],
        [11, 1],
        [5, 1],
        [12, 0],
        [4, 0],
        [3, 20],
      ),
      rest: fc.constantFrom([0, 0, 0, 0], [0, 0, 2, 0], [0, 0, 4, 176], [10, 0, 1, 2]),
      inner: fc.oneof(udp, tcp, echo),
      about: fc.constantFrom(...ips),
      turned: fc.boolean(),
      cut: rarely(1000, 28, 24, 20, 8, 0),
      broken: rarely(false, true),
    })
    .map((e) => (src, dst) => {
      const [from, to] = e.turned ? [dst, parseIp(e.about)] : [parseIp(e.about), src];
      const inner = e.inner(from, to);
      const quoted = datagram(
        { src: from, dst: to, ttl: 1, id: 3, tos: 0, fragment: 0, options: [] },
        inner.protocol,
        inner.data,
      );
      return icmpMessage(e.kind[0], e.kind[1], e.rest, quoted.subarray(0, e.cut), e.broken);
    });
}

const other: fc.Arbitrary<Payload> = fc
  .tuple(fc.constantFrom(0, 2, 4, 41, 47, 50, 51, 132, 136, 253, 255), fc.constantFrom(0, 4, 12, 40))
  .map(([protocol, size]) => () => ({ protocol, data: bytes(words16(80, 80), filler(size)) }));

interface Header {
  readonly src: number;
  readonly dst: number;
  readonly ttl: number;
  readonly id: number;
  readonly tos: number;
  /** DF, MF and offset as they stand in the header. */
  readonly fragment: number;
  readonly options: readonly number[];
}

function datagram(h: Header, protocol: number, payload: Uint8Array): Uint8Array {
  const length = 20 + h.options.length;
  const data = new Uint8Array(length + payload.length);
  ipv4.emit(data, 0, { ...h, options: new Uint8Array(h.options), totalLength: data.length, protocol });
  data.set(payload, length);
  return data;
}

const IP_OPTIONS: readonly (readonly number[])[] = [
  [7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  [131, 7, 4, 10, 0, 1, 2, 0],
  [137, 7, 4, 10, 0, 1, 2, 0],
  [148, 4, 0, 0],
  [1, 1, 1, 0],
  [130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [7, 3, 4, 0],
  [7, 2, 0, 0],
  [99, 4, 0, 0],
  [7, 39, 4, ...Array(36).fill(0), 0],
];

/** What is wrong with a whole datagram, done to its bytes. */
const BREAKS: readonly ((data: Uint8Array) => Uint8Array)[] = [
  (d) => with8(d, 0, 0x55),
  (d) => with8(d, 0, 0x65),
  (d) => with8(d, 0, 0x44),
  (d) => with8(d, 0, 0x4f),
  (d) => with16(d, 2, d.length + 8),
  (d) => with16(d, 2, 19),
  (d) => with16(d, 2, Math.max(20, d.length - 4)),
  (d) => with16(d, 10, 0x1234, false),
  (d) => d.subarray(0, 12),
  (d) => d.subarray(0, 20),
  (d) => bytes(d, [0, 0, 0, 0, 0, 0]),
];

function with8(data: Uint8Array, at: number, value: number): Uint8Array {
  data[at] = value;
  return resum(data);
}

function with16(data: Uint8Array, at: number, value: number, right = true): Uint8Array {
  put16(data, at, value);
  return right ? resum(data) : data;
}

function resum(data: Uint8Array): Uint8Array {
  put16(data, 10, 0);
  put16(data, 10, checksum(data, 0, Math.min(data.length, (data[0] & 15) * 4)));
  return data;
}

/** The pieces of a datagram: in order, backwards, overlapping, with a gap, one alone, too far out. */
const CUTS: readonly ((data: Uint8Array) => { at: number; size: number; more: boolean }[])[] = [
  (d) => [
    { at: 0, size: 24, more: true },
    { at: 24, size: d.length - 24, more: false },
  ],
  (d) => [
    { at: 24, size: d.length - 24, more: false },
    { at: 0, size: 24, more: true },
  ],
  (d) => [
    { at: 0, size: 32, more: true },
    { at: 24, size: d.length - 24, more: false },
  ],
  (d) => [
    { at: 0, size: 8, more: true },
    { at: 8, size: d.length - 8, more: false },
  ],
  (d) => [
    { at: 0, size: 24, more: true },
    { at: 32, size: Math.max(8, d.length - 32), more: false },
  ],
  (d) => [
    { at: 0, size: 24, more: true },
    { at: 0, size: 24, more: true },
    { at: 24, size: d.length - 24, more: false },
  ],
  () => [{ at: 0, size: 24, more: true }],
  () => [{ at: 24, size: 24, more: false }],
  () => [{ at: 65528, size: 24, more: false }],
  () => [{ at: 0, size: 23, more: true }],
  (d) => [
    { at: 0, size: d.length, more: true },
    { at: d.length & ~7, size: 8, more: false },
  ],
];

/** IPv4 datagrams from `from` into the lab: each one frame's payload. */
function packets(t: Topology, from: Port): fc.Arbitrary<Uint8Array[]> {
  const ips = t.boxes.flatMap((b) => b.devices.map((d) => d.ip));
  const address = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...ips) },
    { weight: 1, arbitrary: fc.constantFrom(...STRANGE) },
    { weight: 1, arbitrary: fc.constantFrom(...ips).map((ip) => ip.replace(/\d+$/, "255")) },
  );
  return fc
    .record({
      src: fc.oneof({ weight: 3, arbitrary: fc.constant(from.ip) }, { weight: 2, arbitrary: address }),
      dst: address,
      ttl: fc.oneof(
        { weight: 3, arbitrary: fc.constant(64) },
        { weight: 2, arbitrary: fc.constantFrom(0, 1, 2, 255) },
      ),
      tos: rarely(0, 0x10, 0xb8, 3),
      id: fc.constantFrom(1, 2, 0),
      df: rarely(0, ipv4.DF, 0x8000),
      options: fc.oneof(
        { weight: 9, arbitrary: fc.constant([]) },
        { weight: 2, arbitrary: fc.constantFrom(...IP_OPTIONS) },
      ),
      payload: fc.oneof(
        { weight: 4, arbitrary: udp },
        { weight: 5, arbitrary: tcp },
        { weight: 4, arbitrary: echo },
        { weight: 3, arbitrary: icmpError(ips) },
        { weight: 1, arbitrary: other },
      ),
      cut: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: fc.constantFrom(...CUTS) },
      ),
      broken: fc.oneof(
        { weight: 8, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: fc.constantFrom(...BREAKS) },
      ),
    })
    .map((p) => {
      const [src, dst] = [parseIp(p.src), parseIp(p.dst)];
      const { protocol, data } = p.payload(src, dst);
      const head = { src, dst, ttl: p.ttl, tos: p.tos, id: p.id, options: p.options };
      if (p.cut === undefined) {
        const whole = datagram({ ...head, fragment: p.df }, protocol, data);
        return [p.broken && whole.length >= 24 ? p.broken(whole) : whole];
      }
      const long = data.length < 56 ? bytes(data, filler(56 - data.length)) : data;
      return p
        .cut(long)
        .map(({ at, size, more }) =>
          datagram(
            { ...head, fragment: p.df | (more ? ipv4.MF : 0) | (at >>> 3) },
            protocol,
            bytes(long.subarray(at % 4096, (at % 4096) + size)),
          ),
        );
    });
}

function arp(t: Topology, from: Port): fc.Arbitrary<Uint8Array> {
  const ips = t.boxes.flatMap((b) => b.devices.map((d) => d.ip));
  const ip = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...ips) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("0.0.0.0", "10.0.1.99", "127.0.0.1", "224.0.0.1", "255.255.255.255"),
    },
  );
  const mac = fc.constantFrom(
    from.mac,
    "02:00:00:00:00:99",
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "01:00:5e:00:00:01",
  );
  return fc
    .record({
      op: fc.constantFrom(1, 1, 1, 2, 2, 3, 8, 0),
      kind: rarely(1, 6, 0, 7),
      type: rarely(0x0800, 0x86dd),
      sizes: rarely(0x0604, 0x0804, 0x0610),
      sha: mac,
      spa: ip,
      tha: mac,
      tpa: ip,
      cut: rarely(28, 27, 20, 8, 46),
    })
    .map((a) => {
      const data = bytes(
        words16(a.kind, a.type, a.sizes, a.op),
        parseMac(a.sha),
        words32(parseIp(a.spa)),
        parseMac(a.tha),
        words32(parseIp(a.tpa)),
      );
      return a.cut > 28 ? bytes(data, Array(a.cut - 28).fill(0)) : data.subarray(0, a.cut);
    });
}

/** Frames as `packetwalk-inject` takes them, from a port of the lab onto its link. */
export function crafted(t: Topology, from: Port): fc.Arbitrary<string[]> {
  const near = neighboursOf(t, from).map((d) => d.mac);
  const to = fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom(...near) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        "02:00:00:00:00:77",
        "01:80:c2:00:00:00",
        "33:33:00:00:00:01",
        from.mac,
      ),
    },
  );
  const source = rarely(from.mac, "02:00:00:00:00:77", near[0], "01:00:5e:00:00:09");
  const payload = fc.oneof(
    { weight: 12, arbitrary: packets(t, from).map((list) => ({ type: [0x08, 0x00], list })) },
    { weight: 3, arbitrary: arp(t, from).map((data) => ({ type: [0x08, 0x06], list: [data] })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom([0x88, 0xb5], [0x90, 0x00], [0x00, 0x20], [0x05, 0xff], [0x08, 0x06], [0x08, 0x00])
        .map((type) => ({ type, list: [bytes([1, 2, 3, 4])] })),
    },
  );
  const tag = rarely([] as number[], [0x81, 0x00, 0x00, 0x05], [0x81, 0x00, 0x60, 0x00]);
  return fc.tuple(to, source, tag, payload).map(([dst, src, vlan, { type, list }]) =>
    list.map((data) => {
      const hex = Buffer.from(bytes(vlan, type, data)).toString("hex");
      return `${dst} ${src} ${hex}`;
    }),
  );
}
