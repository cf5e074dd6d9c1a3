// Ports behind which tcpdump looks for a protocol, found by asking it about every port.

export const HTTP_PORTS = [80, 8080] as const;
export const RTSP_PORTS = [554, 8554] as const;
export const SMTP_PORTS = [25] as const;
export const FTP_PORTS = [21] as const;
export const SSH_PORTS = [22] as const;
export const WHOIS_PORTS = [43] as const;

type PortNames = Readonly<Record<number, string>>;

/** TCP ports whose payload tcpdump decodes and this printer names only. */
export const TCP_DECODED: PortNames = {
  53: "DNS",
  179: "BGP",
  323: "RPKI-RTR",
  639: "MSDP",
  646: "LDP",
  1723: "PPTP",
  6379: "RESP",
  6633: "OpenFlow",
  6653: "OpenFlow",
  10288: "BEEP",
};

const named = (name: string, ...ports: number[]): PortNames =>
  Object.fromEntries(ports.map((port) => [port, name]));

/** The same for UDP. */
export const UDP_DECODED: PortNames = {
  ...named("DNS", 53, 5353),
  ...named("BOOTP/DHCP", 67, 68),
  ...named("TFTP", 69),
  ...named("Kerberos", 88, 750),
  ...named("NTP", 123),
  ...named("SNMP", 161, 162),
  ...named("PTP", 319, 320),
  ...named("Auto-RP", 496),
  ...named("ISAKMP", 500, 7500, 8500),
  ...named("syslog", 514),
  ...named("RIP", 520),
  ...named("RIPng", 521),
  ...named("timed", 525),
  ...named("DHCPv6", 546, 547),
  ...named("LDP", 646),
  ...named("AODV", 654),
  ...named("OLSR", 698),
  ...named("LMP", 701),
  ...named("lwres", 921),
  ...named("VQP", 1589),
  ...named("RADIUS", 1645, 1646, 1700, 1812, 1813, 3799),
  ...named("L2TP", 1701),
  ...named("HSRP", 1985),
  ...named("Zephyr", 2103, 2104),
  ...named("VAT", 3456),
  ...named("LSP ping", 3503),
  ...named("BFD", 3784, 3785, 4784, 6784),
  ...named("LISP", 4341, 4342),
  ...named("UDP-encapsulated ESP", 4500),
  ...named("whiteboard", 4567),
  ...named("VXLAN", 4789),
  ...named("VXLAN-GPE", 4790),
  ...named("SIP", 5060),
  ...named("AHCP", 5359),
  ...named("Geneve", 6081),
  ...named("sFlow", 6343),
  ...named("MPLS", 6635),
  ...named("Babel", 6696, 6697),
  ...named("Rx", 7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008, 7009),
  ...named("HNCP", 8231),
  ...named("OTV", 8472),
  ...named("LWAPP", 12222, 12223),
  ...named("ZEP", 17754),
  ...named("SOME/IP", 30490),
};
