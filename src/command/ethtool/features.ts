/** A line of `ethtool -k`: a feature, or a sum over those indented below it. */
export interface Feature {
  readonly name: string;
  readonly indented: boolean;
  /** State by kind of device: "1" on, "0" off, with "f" when it is fixed. */
  readonly veth: string;
  readonly bridge: string;
  readonly loopback: string;
}

const row = (name: string, veth: string, bridge: string, loopback: string): Feature => ({
  name,
  indented: false,
  veth,
  bridge,
  loopback,
});
const under = (name: string, veth: string, bridge: string, loopback: string): Feature => ({
  ...row(name, veth, bridge, loopback),
  indented: true,
});

/** What Linux 6.18 says of a veth, a bridge and lo, as they are made. */
export const FEATURES: readonly Feature[] = [
  row("rx-checksumming", "1", "0f", "1f"),
  row("tx-checksumming", "1", "1", "1"),
  under("tx-checksum-ipv4", "0f", "0f", "0f"),
  under("tx-checksum-ip-generic", "1", "1", "1f"),
  under("tx-checksum-ipv6", "0f", "0f", "0f"),
  under("tx-checksum-fcoe-crc", "0f", "0f", "0f"),
  under("tx-checksum-sctp", "1", "0f", "1f"),
  row("scatter-gather", "1", "1", "1"),
  under("tx-scatter-gather", "1", "1", "1f"),
  under("tx-scatter-gather-fraglist", "1", "1", "1f"),
  row("tcp-segmentation-offload", "1", "1", "1"),
  under("tx-tcp-segmentation", "1", "1", "1"),
  under("tx-tcp-ecn-segmentation", "1", "1", "1"),
  under("tx-tcp-mangleid-segmentation", "1", "1", "1"),
  under("tx-tcp6-segmentation", "1", "1", "1"),
  under("tx-tcp-accecn-segmentation", "1", "1", "1"),
  row("generic-segmentation-offload", "1", "1", "1"),
  row("generic-receive-offload", "0", "1", "1"),
  row("large-receive-offload", "0f", "0f", "0f"),
  row("rx-vlan-offload", "1", "0f", "0f"),
  row("tx-vlan-offload", "1", "1", "0f"),
  row("ntuple-filters", "0f", "0f", "0f"),
  row("receive-hashing", "0f", "0f", "0f"),
  row("highdma", "1", "1", "1f"),
  row("rx-vlan-filter", "0f", "0f", "0f"),
  row("vlan-challenged", "0f", "0f", "1f"),
  row("tx-gso-robust", "0f", "1", "0f"),
  row("tx-fcoe-segmentation", "0f", "1", "0f"),
  row("tx-gre-segmentation", "1", "1", "0f"),
  row("tx-gre-csum-segmentation", "1", "1", "0f"),
  row("tx-ipxip4-segmentation", "1", "1", "0f"),
  row("tx-ipxip6-segmentation", "1", "1", "0f"),
  row("tx-udp_tnl-segmentation", "1", "1", "0f"),
  row("tx-udp_tnl-csum-segmentation", "1", "1", "0f"),
  row("tx-gso-partial", "0f", "1", "0f"),
  row("tx-tunnel-remcsum-segmentation", "0f", "1", "0f"),
  row("tx-sctp-segmentation", "1", "1", "1"),
  row("tx-esp-segmentation", "0f", "1", "0f"),
  row("tx-udp-segmentation", "1", "1", "1"),
  row("tx-gso-list", "1", "1", "1"),
  row("tx-nocache-copy", "0", "0", "0f"),
  row("loopback", "0f", "0f", "1f"),
  row("rx-fcs", "0f", "0f", "0f"),
  row("rx-all", "0f", "0f", "0f"),
  row("tx-vlan-stag-hw-insert", "1", "1", "0f"),
  row("rx-vlan-stag-hw-parse", "1", "0f", "0f"),
  row("rx-vlan-stag-filter", "0f", "0f", "0f"),
  row("l2-fwd-offload", "0f", "0f", "0f"),
  row("hw-tc-offload", "0f", "0f", "0f"),
  row("esp-hw-offload", "0f", "0f", "0f"),
  row("esp-tx-csum-hw-offload", "0f", "0f", "0f"),
  row("rx-udp_tunnel-port-offload", "0f", "0f", "0f"),
  row("tls-hw-tx-offload", "0f", "0f", "0f"),
  row("tls-hw-rx-offload", "0f", "0f", "0f"),
  row("rx-gro-hw", "0f", "0f", "0f"),
  row("tls-hw-record", "0f", "0f", "0f"),
  row("rx-gro-list", "0", "0", "0"),
  row("macsec-hw-offload", "0f", "0f", "0f"),
  row("rx-udp-gro-forwarding", "0", "0", "0"),
  row("hsr-tag-ins-offload", "0f", "0f", "0f"),
  row("hsr-tag-rm-offload", "0f", "0f", "0f"),
  row("hsr-fwd-offload", "0f", "0f", "0f"),
  row("hsr-dup-offload", "0f", "0f", "0f"),
];
