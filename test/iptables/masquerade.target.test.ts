import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("masquerade", [
  taken(
    "nat POSTROUTING",
    ["-j", "MASQUERADE"],
    "-j MASQUERADE",
    "MASQUERADE  0    --  0.0.0.0/0            0.0.0.0/0           ",
    "MASQUERADE  all  --  anywhere             anywhere            ",
  ),
  taken(
    "nat POSTROUTING",
    ["-p", "tcp", "-j", "MASQUERADE", "--to-ports", "1024"],
    "-p tcp -j MASQUERADE --to-ports 1024",
    "MASQUERADE  6    --  0.0.0.0/0            0.0.0.0/0            masq ports: 1024",
    "MASQUERADE  tcp  --  anywhere             anywhere             masq ports: 1024",
  ),
  taken(
    "nat POSTROUTING",
    ["-p", "tcp", "-j", "MASQUERADE", "--to-ports", "1024-2048"],
    "-p tcp -j MASQUERADE --to-ports 1024-2048",
    "MASQUERADE  6    --  0.0.0.0/0            0.0.0.0/0            masq ports: 1024-2048",
    "MASQUERADE  tcp  --  anywhere             anywhere             masq ports: 1024-2048",
  ),
  taken(
    "nat POSTROUTING",
    ["-j", "MASQUERADE", "--random"],
    "-j MASQUERADE --random",
    "MASQUERADE  0    --  0.0.0.0/0            0.0.0.0/0            random",
    "MASQUERADE  all  --  anywhere             anywhere             random",
  ),
  taken(
    "nat POSTROUTING",
    ["-j", "MASQUERADE", "--random-fully"],
    "-j MASQUERADE --random-fully",
    "MASQUERADE  0    --  0.0.0.0/0            0.0.0.0/0            random-fully",
    "MASQUERADE  all  --  anywhere             anywhere             random-fully",
  ),
  taken(
    "nat POSTROUTING",
    ["-p", "udp", "-j", "MASQUERADE", "--to-ports", "10-20", "--random", "--random-fully"],
    "-p udp -j MASQUERADE --to-ports 10-20 --random --random-fully",
    "MASQUERADE  17   --  0.0.0.0/0            0.0.0.0/0            masq ports: 10-20 random random-fully",
    "MASQUERADE  udp  --  anywhere             anywhere             masq ports: 10-20 random random-fully",
  ),
  refused(
    "nat POSTROUTING",
    ["-j", "MASQUERADE", "--to-ports", "10"],
    2,
    "Need TCP, UDP, SCTP or DCCP with port specification\n",
  ),
  refused(
    "nat POSTROUTING",
    ["-p", "tcp", "-j", "MASQUERADE", "--to-ports", "foo"],
    2,
    "Port `foo' not valid\n",
  ),
  taken(
    "nat POSTROUTING",
    ["-p", "tcp", "-j", "MASQUERADE", "--to-ports", "0"],
    "-p tcp -j MASQUERADE --to-ports 0",
    "MASQUERADE  6    --  0.0.0.0/0            0.0.0.0/0            masq ports: 0",
    "MASQUERADE  tcp  --  anywhere             anywhere             masq ports: 0",
  ),
  refused(
    "nat POSTROUTING",
    ["-p", "tcp", "-j", "MASQUERADE", "--to-ports", "20-10"],
    2,
    "Port range `10' funky\n",
  ),
  refused(
    "nat PREROUTING",
    ["-j", "MASQUERADE"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain PREROUTING\n",
  ),
  refused(
    "filter INPUT",
    ["-j", "MASQUERADE"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
  refused(
    "nat INPUT",
    ["-j", "MASQUERADE"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
  refused("nat POSTROUTING", ["-j", "MASQUERADE", "--persistent"], 2, 'unknown option "--persistent"\n'),
]);
