import { answers, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("policy", [
  taken(
    "filter INPUT",
    ["-m", "policy", "--dir", "in", "--pol", "none"],
    "-m policy --dir in --pol none",
    "           0    --  0.0.0.0/0            0.0.0.0/0            policy match dir in pol none",
    "           all  --  anywhere             anywhere             policy match dir in pol none",
  ),
  taken(
    "filter INPUT",
    ["-m", "policy", "--dir", "in", "--pol", "ipsec"],
    "-m policy --dir in --pol ipsec",
    "           0    --  0.0.0.0/0            0.0.0.0/0            policy match dir in pol ipsec",
    "           all  --  anywhere             anywhere             policy match dir in pol ipsec",
  ),
]);
