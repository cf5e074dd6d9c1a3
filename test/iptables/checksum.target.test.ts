import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("checksum", [
  taken(
    "mangle POSTROUTING",
    ["-p", "udp", "--dport", "68", "-j", "CHECKSUM", "--checksum-fill"],
    "-p udp -m udp --dport 68 -j CHECKSUM --checksum-fill",
    "CHECKSUM   17   --  0.0.0.0/0            0.0.0.0/0            udp dpt:68 CHECKSUM fill",
    "CHECKSUM   udp  --  anywhere             anywhere             udp dpt:bootpc CHECKSUM fill",
  ),
  taken(
    "mangle POSTROUTING",
    ["-j", "CHECKSUM", "--checksum-fill"],
    "-j CHECKSUM --checksum-fill",
    "CHECKSUM   0    --  0.0.0.0/0            0.0.0.0/0            CHECKSUM fill",
    "CHECKSUM   all  --  anywhere             anywhere             CHECKSUM fill",
  ),
  refused(
    "mangle POSTROUTING",
    ["-p", "udp", "-j", "CHECKSUM"],
    2,
    'CHECKSUM: option "--checksum-fill" must be specified\n\n',
  ),
  refused(
    "filter INPUT",
    ["-p", "udp", "-j", "CHECKSUM", "--checksum-fill"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
]);
