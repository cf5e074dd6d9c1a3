import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("tcpmss", [
  refused(
    "filter INPUT",
    ["-p", "tcp", "--tcp-flags", "SYN,RST", "SYN", "-j", "TCPMSS", "--clamp-mss-to-pmtu"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
  taken(
    "filter INPUT",
    ["-p", "tcp", "--syn", "-j", "TCPMSS", "--set-mss", "1400"],
    "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400",
    "TCPMSS     6    --  0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02 TCPMSS set 1400",
    "TCPMSS     tcp  --  anywhere             anywhere             tcp flags:FIN,SYN,RST,ACK/SYN TCPMSS set 1400",
  ),
  taken(
    "filter FORWARD",
    ["-p", "tcp", "--tcp-flags", "SYN,RST", "SYN", "-j", "TCPMSS", "--clamp-mss-to-pmtu"],
    "-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
    "TCPMSS     6    --  0.0.0.0/0            0.0.0.0/0            tcp flags:0x06/0x02 TCPMSS clamp to PMTU",
    "TCPMSS     tcp  --  anywhere             anywhere             tcp flags:SYN,RST/SYN TCPMSS clamp to PMTU",
  ),
  taken(
    "filter FORWARD",
    ["-p", "tcp", "--syn", "-j", "TCPMSS", "--set-mss", "1400"],
    "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400",
    "TCPMSS     6    --  0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02 TCPMSS set 1400",
    "TCPMSS     tcp  --  anywhere             anywhere             tcp flags:FIN,SYN,RST,ACK/SYN TCPMSS set 1400",
  ),
  taken(
    "filter FORWARD",
    ["-p", "tcp", "-j", "TCPMSS", "--set-mss", "1400"],
    "-p tcp -j TCPMSS --set-mss 1400",
    "TCPMSS     6    --  0.0.0.0/0            0.0.0.0/0            TCPMSS set 1400",
    "TCPMSS     tcp  --  anywhere             anywhere             TCPMSS set 1400",
  ),
  refused(
    "filter FORWARD",
    ["-j", "TCPMSS", "--set-mss", "1400"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain FORWARD\n",
  ),
  refused(
    "filter FORWARD",
    ["-p", "tcp", "--syn", "-j", "TCPMSS"],
    2,
    "TCPMSS target: At least one parameter is required\n",
  ),
  taken(
    "filter FORWARD",
    ["-p", "tcp", "--syn", "-j", "TCPMSS", "--set-mss", "1400", "--clamp-mss-to-pmtu"],
    "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --clamp-mss-to-pmtu",
    "TCPMSS     6    --  0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02 TCPMSS clamp to PMTU",
    "TCPMSS     tcp  --  anywhere             anywhere             tcp flags:FIN,SYN,RST,ACK/SYN TCPMSS clamp to PMTU",
  ),
  refused(
    "filter FORWARD",
    ["-p", "tcp", "--syn", "-j", "TCPMSS", "--set-mss", "70000"],
    2,
    'TCPMSS: bad value for option "--set-mss", or out of range (0-65515).\n\n',
  ),
]);
