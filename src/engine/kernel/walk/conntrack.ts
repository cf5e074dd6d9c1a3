import type { TracedHeaders } from "./nft-trace.ts";

/** A connection as `conntrack -E` told it. */
export interface Connection {
  readonly id: string;
  /** The line of `conntrack -L`, as last heard. */
  entry: string;
  /** When the first packet of the reply direction was seen, ns since 1970. */
  repliedAt: bigint | undefined;
  readonly tuples: readonly string[];
}

/** A packet's place in a connection. */
export interface Place {
  readonly connection: Connection;
  readonly direction: "original" | "reply";
}

const LINE = /^\[\d+\.\d+\]\s+\[(NEW|UPDATE|DESTROY)\]\s+ipv4\s+2\s+(.*?)\s+id=(\d+)\s*$/;

/** The connections of one namespace, kept by their events. */
export class Connections {
  private readonly byId = new Map<string, Connection>();
  private readonly byTuple = new Map<string, Place>();

  /** One line of `conntrack -E -o id,timestamp,extended`. */
  hear(line: string): void {
    const m = LINE.exec(line);
    if (!m) return;
    const [, , entry, id] = m;
    const known = this.byId.get(id);
    if (known) {
      // What ends is kept: packets that it ends with are told after its event has come.
      known.entry = entry;
      return;
    }
    const protocol = entry.split(/\s/)[0];
    const sides = [
      ...entry.matchAll(/src=(\S+) dst=(\S+) (?:sport=(\d+) dport=(\d+)|type=\d+ code=\d+ id=(\d+))/g),
    ];
    if (sides.length !== 2) return;
    const tuples = sides.map((s) => `${protocol} ${s[1]} ${s[2]} ${s[5] ?? `${s[3]} ${s[4]}`}`);
    const connection: Connection = { id, entry, repliedAt: undefined, tuples };
    this.byId.set(id, connection);
    this.byTuple.set(tuples[0], { connection, direction: "original" });
    this.byTuple.set(tuples[1], { connection, direction: "reply" });
  }

  /** The connection of a packet as it comes to its first hook. */
  find(h: TracedHeaders): Place | undefined {
    const ends = h.icmpId ?? `${h.sport} ${h.dport}`;
    return this.byTuple.get(`${h.protocol} ${h.src} ${h.dst} ${ends}`);
  }
}
