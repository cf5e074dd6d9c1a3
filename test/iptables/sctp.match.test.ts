import { answers, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("sctp", [
  taken(
    "filter INPUT",
    ["-p", "sctp", "--dport", "80"],
    "-p sctp -m sctp --dport 80",
    "           132  --  0.0.0.0/0            0.0.0.0/0            sctp dpt:80",
    "           sctp --  anywhere             anywhere             sctp dpt:80",
  ),
  taken(
    "filter INPUT",
    ["-p", "sctp", "--sport", "80:90", "!", "--dport", "5"],
    "-p sctp -m sctp --sport 80:90 ! --dport 5",
    "           132  --  0.0.0.0/0            0.0.0.0/0            sctp spts:80:90 dpt:!5",
    "           sctp --  anywhere             anywhere             sctp spts:80:90 dpt:!5",
  ),
]);
