import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("notrack", [
  taken(
    "raw PREROUTING",
    ["-j", "NOTRACK"],
    "-j NOTRACK",
    "CT         0    --  0.0.0.0/0            0.0.0.0/0            NOTRACK",
    "CT         all  --  anywhere             anywhere             NOTRACK",
  ),
  taken(
    "raw OUTPUT",
    ["-p", "tcp", "--dport", "80", "-j", "NOTRACK"],
    "-p tcp -m tcp --dport 80 -j NOTRACK",
    "CT         6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80 NOTRACK",
    "CT         tcp  --  anywhere             anywhere             tcp dpt:http NOTRACK",
  ),
  refused(
    "filter INPUT",
    ["-j", "NOTRACK"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
]);
