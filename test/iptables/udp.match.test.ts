import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("udp", [
  taken(
    "filter INPUT",
    ["-p", "udp", "-m", "udp"],
    "-p udp -m udp",
    "           17   --  0.0.0.0/0            0.0.0.0/0            udp",
    "           udp  --  anywhere             anywhere             udp",
  ),
  taken(
    "filter INPUT",
    ["-p", "udp", "--dport", "domain"],
    "-p udp -m udp --dport 53",
    "           17   --  0.0.0.0/0            0.0.0.0/0            udp dpt:53",
    "           udp  --  anywhere             anywhere             udp dpt:domain",
  ),
  taken(
    "filter INPUT",
    ["-p", "udp", "--sport", "53", "!", "--dport", "67:68"],
    "-p udp -m udp --sport 53 ! --dport 67:68",
    "           17   --  0.0.0.0/0            0.0.0.0/0            udp spt:53 dpts:!67:68",
    "           udp  --  anywhere             anywhere             udp spt:domain dpts:!bootps:bootpc",
  ),
  refused(
    "filter INPUT",
    ["-p", "udp", "--dport", "53", "--dport", "54"],
    2,
    'udp: option "--destination-port" can only be used once.\n\n',
  ),
  refused("filter INPUT", ["-p", "udp", "--dport", "foo"], 2, 'Port "foo" does not resolve to anything.\n\n'),
  refused("filter INPUT", ["-m", "udp", "--dport", "53"], 2, "UDP match requires '-p udp'\n"),
  refused("filter INPUT", ["-p", "tcp", "-m", "udp", "--dport", "53"], 2, "UDP match requires '-p udp'\n"),
  refused(
    "filter INPUT",
    ["-p", "udp", "--dport", "!", "7"],
    2,
    'Port "!" does not resolve to anything.\n\n',
  ),
  taken(
    "filter INPUT",
    ["-p", "udp", "--dport", "90:80"],
    "-p udp -m udp --dport 90:80",
    "           17   --  0.0.0.0/0            0.0.0.0/0            udp dpts:90:80",
    "           udp  --  anywhere             anywhere             udp dpts:90:80",
  ),
  taken(
    "filter INPUT",
    ["-p", "udp", "--dport", ":100"],
    "-p udp -m udp --dport 0:100",
    "           17   --  0.0.0.0/0            0.0.0.0/0            udp dpts:0:100",
    "           udp  --  anywhere             anywhere             udp dpts:0:100",
  ),
  taken(
    "filter INPUT",
    ["-p", "udp", "--dport", "0:65535"],
    "-p udp -m udp",
    "           17   --  0.0.0.0/0            0.0.0.0/0            udp",
    "           udp  --  anywhere             anywhere             udp",
  ),
  refused(
    "filter INPUT",
    ["-p", "udp", "--dport", "1:2:3"],
    2,
    'udp: Too many components for option "--destination-port" (max: 2)\n\n',
  ),
  taken(
    "filter INPUT",
    ["-p", "udp", "--sport", "137:138", "-j", "DROP"],
    "-p udp -m udp --sport 137:138 -j DROP",
    "DROP       17   --  0.0.0.0/0            0.0.0.0/0            udp spts:137:138",
    "DROP       udp  --  anywhere             anywhere             udp spts:netbios-ns:netbios-dgm",
  ),
]);
