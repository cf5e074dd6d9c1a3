/** The names of /etc/services that labs meet: port → names of tcp and udp. */
const SERVICES: readonly (readonly [number, string, string])[] = [
  [7, "echo", "echo"],
  [9, "discard", "discard"],
  [13, "daytime", "daytime"],
  [19, "chargen", "chargen"],
  [20, "ftp-data", ""],
  [21, "ftp", ""],
  [22, "ssh", ""],
  [23, "telnet", ""],
  [25, "smtp", ""],
  [53, "domain", "domain"],
  [67, "", "bootps"],
  [68, "", "bootpc"],
  [69, "", "tftp"],
  [79, "finger", ""],
  [80, "http", ""],
  [88, "kerberos", "kerberos"],
  [110, "pop3", ""],
  [111, "sunrpc", "sunrpc"],
  [113, "auth", ""],
  [119, "nntp", ""],
  [123, "", "ntp"],
  [143, "imap2", ""],
  [161, "snmp", "snmp"],
  [162, "snmp-trap", "snmp-trap"],
  [179, "bgp", ""],
  [389, "ldap", "ldap"],
  [443, "https", "https"],
  [445, "microsoft-ds", ""],
  [465, "submissions", ""],
  [514, "shell", "syslog"],
  [587, "submission", ""],
  [636, "ldaps", "ldaps"],
  [993, "imaps", ""],
  [995, "pop3s", ""],
  [1080, "socks", ""],
  [1194, "openvpn", "openvpn"],
  [3306, "mysql", ""],
  [5432, "postgresql", ""],
  [6379, "redis", ""],
  [8080, "http-alt", ""],
];

export type Protocol = "tcp" | "udp";

export function serviceName(port: number, protocol: Protocol): string | undefined {
  const found = SERVICES.find(([p]) => p === port);
  return (protocol === "tcp" ? found?.[1] : found?.[2]) || undefined;
}

export function servicePort(name: string, protocol: Protocol): number | undefined {
  return SERVICES.find((s) => (protocol === "tcp" ? s[1] : s[2]) === name)?.[0];
}
