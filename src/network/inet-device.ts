import type { Nanoseconds } from "../base/clock.ts";
import type { Device } from "./device.ts";
import type { Conf6 } from "./inet-conf.ts";

/** Below it a device cannot carry IPv4 (inetdev_valid_mtu). */
export const IPV4_MIN_MTU = 68;

/** Lifetimes are seconds; this is "forever" (INFINITY_LIFE_TIME). */
export const FOREVER = 0xffffffff;

// IFA_F_* (include/uapi/linux/if_addr.h).
export const IFA_F_SECONDARY = 0x01;
export const IFA_F_NODAD = 0x02;
export const IFA_F_OPTIMISTIC = 0x04;
export const IFA_F_DADFAILED = 0x08;
export const IFA_F_HOMEADDRESS = 0x10;
export const IFA_F_DEPRECATED = 0x20;
export const IFA_F_TENTATIVE = 0x40;
export const IFA_F_PERMANENT = 0x80;
export const IFA_F_MANAGETEMPADDR = 0x100;
export const IFA_F_NOPREFIXROUTE = 0x200;
export const IFA_F_MCAUTOJOIN = 0x400;

// RT_SCOPE_* (include/uapi/linux/rtnetlink.h).
export const SCOPE_UNIVERSE = 0;
export const SCOPE_SITE = 200;
export const SCOPE_LINK = 253;
export const SCOPE_HOST = 254;
export const SCOPE_NOWHERE = 255;

/** An IPv4 address on a device (struct in_ifaddr). */
export interface Address4 {
  readonly dev: Device;
  readonly local: number;
  /** IFA_ADDRESS: the peer on a point-to-point address, else `local`. */
  readonly peer: number;
  readonly prefix: number;
  /** undefined: none set. */
  broadcast: number | undefined;
  scope: number;
  label: string;
  /** IFA_F_*: SECONDARY, PERMANENT, NOPREFIXROUTE … */
  flags: number;
  /** Seconds from `changed` on, or FOREVER. */
  valid: number;
  preferred: number;
  created: Nanoseconds;
  changed: Nanoseconds;
  /** Metric of its prefix route; 0 for none. */
  metric: number;
  /** IFA_PROTO. */
  protocol: number;
}

/** An IPv6 address on a device (struct inet6_ifaddr). Data only: IPv6 frames are not modelled yet. */
export interface Address6 {
  readonly dev: Device;
  readonly local: Uint8Array;
  readonly peer: Uint8Array | undefined;
  readonly prefix: number;
  scope: number;
  flags: number;
  valid: number;
  preferred: number;
  created: Nanoseconds;
  changed: Nanoseconds;
  metric: number;
  /** IFA_PROTO: 3 is kernel_ll, 1 kernel_lo. */
  protocol: number;
}

/** A device's IPv4 side (struct in_device): its addresses in the kernel's order, and `conf`. */
export interface InDevice {
  readonly dev: Device;
  readonly addresses: Address4[];
  /** net.ipv4.conf.DEV.*: live numbers by name. */
  readonly conf: Conf4;
  /** Names that were set for this device alone: conf/default no longer reaches them. "all": every one, since
   *  an address was added. */
  touched: Set<string> | "all" | null;
}

export interface Inet6Device {
  readonly dev: Device;
  readonly addresses: Address6[];
  /** net.ipv6.conf.DEV.*: data. */
  readonly conf: Conf6;
}

/** net.ipv4.conf.{all,default,DEV}: one number a name, hot ones as fields of one shape. */
export interface Conf4 {
  accept_local: number;
  accept_redirects: number;
  accept_source_route: number;
  arp_accept: number;
  arp_announce: number;
  arp_evict_nocarrier: number;
  arp_filter: number;
  arp_ignore: number;
  arp_notify: number;
  bc_forwarding: number;
  bootp_relay: number;
  disable_policy: number;
  disable_xfrm: number;
  drop_gratuitous_arp: number;
  drop_unicast_in_l2_multicast: number;
  force_igmp_version: number;
  forwarding: number;
  igmpv2_unsolicited_report_interval: number;
  igmpv3_unsolicited_report_interval: number;
  ignore_routes_with_linkdown: number;
  log_martians: number;
  mc_forwarding: number;
  medium_id: number;
  promote_secondaries: number;
  proxy_arp: number;
  proxy_arp_pvlan: number;
  route_localnet: number;
  rp_filter: number;
  secure_redirects: number;
  send_redirects: number;
  shared_media: number;
  src_valid_mark: number;
  tag: number;
}
