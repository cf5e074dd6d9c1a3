import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("ct", [
  taken(
    "raw PREROUTING",
    ["-j", "CT", "--notrack"],
    "-j CT --notrack",
    "CT         0    --  0.0.0.0/0            0.0.0.0/0            CT notrack",
    "CT         all  --  anywhere             anywhere             CT notrack",
  ),
  taken(
    "raw PREROUTING",
    ["-j", "CT"],
    "-j CT",
    "CT         0    --  0.0.0.0/0            0.0.0.0/0            CT",
    "CT         all  --  anywhere             anywhere             CT",
  ),
  refused(
    "filter INPUT",
    ["-j", "CT", "--notrack"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
]);
