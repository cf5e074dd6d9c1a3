import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("pkttype", [
  taken(
    "filter INPUT",
    ["-m", "pkttype", "--pkt-type", "unicast"],
    "-m pkttype --pkt-type unicast",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PKTTYPE = unicast",
    "           all  --  anywhere             anywhere             PKTTYPE = unicast",
  ),
  taken(
    "filter INPUT",
    ["-m", "pkttype", "!", "--pkt-type", "broadcast"],
    "-m pkttype ! --pkt-type broadcast",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PKTTYPE != broadcast",
    "           all  --  anywhere             anywhere             PKTTYPE != broadcast",
  ),
  taken(
    "filter INPUT",
    ["-m", "pkttype", "--pkt-type", "multicast"],
    "-m pkttype --pkt-type multicast",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PKTTYPE = multicast",
    "           all  --  anywhere             anywhere             PKTTYPE = multicast",
  ),
  refused("filter INPUT", ["-m", "pkttype", "--pkt-type", "foo"], 2, "Bad packet type 'foo'\n"),
  refused("filter INPUT", ["-m", "pkttype"], 2, 'pkttype: option "--pkt-type" must be specified\n\n'),
]);
