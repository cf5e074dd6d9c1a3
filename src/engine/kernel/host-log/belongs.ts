/** What a line of nf_log_syslog says of where its packet was. */
export interface LogPlace {
  /** IN, OUT, PHYSIN and PHYSOUT, as far as it names them. */
  readonly devices: readonly string[];
  /** Source and destination, when it has a link-layer header that is not lo's. */
  readonly macs: readonly string[];
  readonly src: string;
  readonly dst: string;
}

const PLACE =
  /IN=(\S*) OUT=(\S*) (?:PHYSIN=(\S+) )?(?:PHYSOUT=(\S+) )?(?:MAC=(\S*) |MACSRC=(\S+) MACDST=(\S+) MACPROTO=\S+ )?.*?SRC=(\S+) DST=(\S+) /;
const NO_MAC = "00:00:00:00:00:00";

/** Undefined for lines that no LOG rule made. */
export function parsePlace(text: string): LogPlace | undefined {
  const m = PLACE.exec(text);
  if (!m) return undefined;
  const [, into, out, physIn, physOut, mac, src, dst] = m;
  const macs = mac ? [mac.slice(18, 35), mac.slice(0, 17)] : [src, dst];
  return {
    devices: [into, out, physIn, physOut].filter((name) => name !== undefined && name !== ""),
    macs: macs.filter((address) => address !== undefined && address !== "" && address !== NO_MAC),
    src: m[8],
    dst: m[9],
  };
}

/** The devices and addresses of a sandbox's namespaces. */
export class Belongings {
  private readonly spaces = new Map<string, Set<string>>();
  private readonly addresses = new Set<string>();
  private readonly macs = new Set<string>();

  /** Takes in what `ip -o link` and `ip -o addr` print in one namespace. */
  learn(ns: string, listing: string): void {
    const devices = this.spaces.get(ns) ?? new Set();
    this.spaces.set(ns, devices);
    for (const m of listing.matchAll(/^\d+: ([^:@\s]+)/gm)) devices.add(m[1]);
    for (const m of listing.matchAll(/link\/ether ([0-9a-f:]{17})/g)) this.macs.add(m[1]);
    for (const m of listing.matchAll(/\sinet6? ([0-9a-f.:]+)/g)) this.addresses.add(m[1]);
  }

  /**
   * Whether the line can be the sandbox's: one namespace of it has all the devices that the line names, and the
   * frame was from or for a MAC address of the sandbox's (they are random). A packet that has no frame yet, is on
   * lo, or on its way out of a bridge, is from or for an address of the sandbox's.
   */
  fits(place: LogPlace): boolean {
    const { devices, macs, src, dst } = place;
    const known =
      macs.length > 0
        ? macs.some((mac) => this.macs.has(mac))
        : this.addresses.has(src) || this.addresses.has(dst);
    return known && [...this.spaces.values()].some((names) => devices.every((name) => names.has(name)));
  }
}
