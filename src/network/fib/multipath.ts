import type { Flow4 } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";

/** Mixes 32-bit words to 31 bits (the kernel uses siphash with a random key; here the key is the seed's). */
function mix(key: number, words: readonly number[]): number {
  let h = key | 0;
  for (const w of words) {
    h = Math.imul(h ^ w, 0x9e3779b1);
    h ^= h >>> 15;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
  }
  return h >>> 1;
}

/** fib_multipath_hash: by addresses (policy 0), or by addresses, protocol and ports (1). */
export function multipathHash(ns: NetNamespace, flow: Flow4, src: number): number {
  const policy = ns.sysctl.number("net/ipv4/fib_multipath_hash_policy");
  if (policy === 1) {
    return mix(ns.hashKey, [
      src,
      flow.dst,
      flow.protocol ?? 0,
      ((flow.sport ?? 0) << 16) | (flow.dport ?? 0),
    ]);
  }
  return mix(ns.hashKey, [src, flow.dst]);
}
