import type { Connection } from "./connection.ts";
import { hashTuple, type Tuple } from "./tuple.ts";

/**
 * Where confirmed connections live: open addressing with linear probing over typed arrays, two places an entry
 * (one a direction), so that a hit costs one hash and, nearly always, one comparison.
 */
export class ConnectionTable {
  private entries: (Connection | null)[] = [];
  private free: number[] = [];
  /** Hash of the tuple in a place, and slot × 2 + direction + 1 there; 0 is an empty place. */
  private hashes = new Int32Array(64);
  private places = new Int32Array(64);
  private mask = 63;
  count = 0;
  private readonly sources = new Map<number, Connection>();

  at(slot: number): Connection {
    return this.entries[slot] as Connection;
  }

  /** slot × 2 + direction, or −1. */
  find(tuple: Tuple): number {
    if (this.count === 0) return -1;
    const { src, dst, sport, dport, protocol } = tuple;
    const hash = hashTuple(src, dst, sport, dport, protocol);
    const { places, hashes, mask } = this;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const place = places[i];
      if (place === 0) return -1;
      if (hashes[i] !== hash) continue;
      const ct = this.entries[(place - 1) >> 1] as Connection;
      const t = (place - 1) & 1 ? ct.reply : ct.original;
      if (t.src === src && t.dst === dst && t.sport === sport && t.dport === dport && t.protocol === protocol)
        return place - 1;
    }
  }

  /** The first entry that will do among those hashed near a tuple; `fraction` of the whole table is searched. */
  near(tuple: Tuple, fraction: number, will: (ct: Connection) => boolean): Connection | undefined {
    const range = Math.floor(fraction * (this.mask + 1));
    const home = hashOf(tuple);
    for (let i = 0; i < range; i++) {
      const place = this.places[(home + i) & this.mask];
      if (place === 0) continue;
      const ct = this.at((place - 1) >> 1);
      if (will(ct)) return ct;
    }
    return undefined;
  }

  insert(ct: Connection): void {
    // At most half full.
    if ((this.count + 1) * 4 > this.mask + 1) this.grow();
    const slot = this.free.pop() ?? this.entries.length;
    this.entries[slot] = ct;
    ct.slot = slot;
    this.count++;
    this.put(hashOf(ct.original), slot * 2 + 1);
    this.put(hashOf(ct.reply), slot * 2 + 2);
  }

  remove(ct: Connection): void {
    const slot = ct.slot;
    if (slot < 0 || this.entries[slot] !== ct) return;
    this.take(hashOf(ct.original), slot * 2 + 1);
    this.take(hashOf(ct.reply), slot * 2 + 2);
    this.entries[slot] = null;
    this.free.push(slot);
    ct.slot = -1;
    this.count--;
  }

  all(): Connection[] {
    return this.entries.filter((ct) => ct !== null);
  }

  /** Entries may be removed while this runs. */
  forEach(visit: (ct: Connection) => void): void {
    for (let i = 0; i < this.entries.length; i++) {
      const ct = this.entries[i];
      if (ct !== null) visit(ct);
    }
  }

  // nat_bysource: connections by original source, the newest first; different sources of one hash share a chain.

  bySource(src: number, sport: number, protocol: number): Connection | null {
    return this.sources.get(sourceHash(src, sport, protocol)) ?? null;
  }

  addBySource(ct: Connection): void {
    const { src, sport, protocol } = ct.original;
    const hash = sourceHash(src, sport, protocol);
    ct.sameSource = this.sources.get(hash) ?? null;
    ct.bySource = true;
    this.sources.set(hash, ct);
  }

  removeBySource(ct: Connection): void {
    const { src, sport, protocol } = ct.original;
    const hash = sourceHash(src, sport, protocol);
    let at = this.sources.get(hash) ?? null;
    if (at === ct) {
      if (ct.sameSource === null) this.sources.delete(hash);
      else this.sources.set(hash, ct.sameSource);
    } else
      for (; at !== null; at = at.sameSource)
        if (at.sameSource === ct) {
          at.sameSource = ct.sameSource;
          break;
        }
    ct.sameSource = null;
    ct.bySource = false;
  }

  private put(hash: number, place: number): void {
    let i = hash & this.mask;
    while (this.places[i] !== 0) i = (i + 1) & this.mask;
    this.places[i] = place;
    this.hashes[i] = hash;
  }

  /** Empties a place and moves later ones of its run back over the gap, so that no tombstones are needed. */
  private take(hash: number, place: number): void {
    const { places, hashes, mask } = this;
    let hole = hash & mask;
    while (places[hole] !== place) {
      if (places[hole] === 0) return;
      hole = (hole + 1) & mask;
    }
    for (let i = (hole + 1) & mask; places[i] !== 0; i = (i + 1) & mask) {
      const home = hashes[i] & mask;
      // May it stand in the hole? Only when its home is not between the hole and here.
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        places[hole] = places[i];
        hashes[hole] = hashes[i];
        hole = i;
      }
    }
    places[hole] = 0;
  }

  private grow(): void {
    const { places, hashes } = this;
    const size = (this.mask + 1) * 2;
    this.places = new Int32Array(size);
    this.hashes = new Int32Array(size);
    this.mask = size - 1;
    for (let i = 0; i < places.length; i++) if (places[i] !== 0) this.put(hashes[i], places[i]);
  }
}

const hashOf = (t: Tuple): number => hashTuple(t.src, t.dst, t.sport, t.dport, t.protocol);
const sourceHash = (src: number, sport: number, protocol: number): number =>
  hashTuple(src, 0, sport, 0, protocol);
