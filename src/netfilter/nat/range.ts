/** What a NAT rule lets a connection become (struct nf_nat_range2). */
export interface NatRange {
  /** NF_NAT_RANGE_* bits. */
  readonly flags: number;
  /** Inclusive; meaningful with NAT_MAP_IPS. */
  readonly minAddress: number;
  readonly maxAddress: number;
  /** Inclusive; ports, or ICMP identifiers; meaningful with NAT_PORTS. */
  readonly minPort: number;
  readonly maxPort: number;
  /** With NAT_OFFSET: the original port that maps to minPort (DNAT's "ports/base"). */
  readonly basePort: number;
}

// include/uapi/linux/netfilter/nf_nat.h
export const NAT_MAP_IPS = 1 << 0;
export const NAT_PORTS = 1 << 1;
/** --random */
export const NAT_RANDOM = 1 << 2;
export const NAT_PERSISTENT = 1 << 3;
/** --random-fully */
export const NAT_RANDOM_FULLY = 1 << 4;
export const NAT_OFFSET = 1 << 5;

export type Manip = "src" | "dst";
