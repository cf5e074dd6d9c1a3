import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("addrtype", [
  taken(
    "filter INPUT",
    ["-m", "addrtype", "--dst-type", "LOCAL"],
    "-m addrtype --dst-type LOCAL",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ADDRTYPE match dst-type LOCAL",
    "           all  --  anywhere             anywhere             ADDRTYPE match dst-type LOCAL",
  ),
  taken(
    "filter INPUT",
    ["-m", "addrtype", "--src-type", "UNICAST,LOCAL"],
    "-m addrtype --src-type UNICAST,LOCAL",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ADDRTYPE match src-type UNICAST,LOCAL",
    "           all  --  anywhere             anywhere             ADDRTYPE match src-type UNICAST,LOCAL",
  ),
  taken(
    "filter INPUT",
    ["-m", "addrtype", "!", "--src-type", "LOCAL"],
    "-m addrtype ! --src-type LOCAL",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ADDRTYPE match src-type !LOCAL",
    "           all  --  anywhere             anywhere             ADDRTYPE match src-type !LOCAL",
  ),
  taken(
    "filter INPUT",
    ["-m", "addrtype", "!", "--dst-type", "BROADCAST", "--limit-iface-in"],
    "-m addrtype ! --dst-type BROADCAST --limit-iface-in",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ADDRTYPE match dst-type !BROADCAST limit-in",
    "           all  --  anywhere             anywhere             ADDRTYPE match dst-type !BROADCAST limit-in",
  ),
  taken(
    "filter INPUT",
    ["-m", "addrtype", "--src-type", "LOCAL", "--dst-type", "MULTICAST"],
    "-m addrtype --src-type LOCAL --dst-type MULTICAST",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ADDRTYPE match src-type LOCAL dst-type MULTICAST",
    "           all  --  anywhere             anywhere             ADDRTYPE match src-type LOCAL dst-type MULTICAST",
  ),
  refused(
    "filter INPUT",
    ["-m", "addrtype", "--dst-type", "LOCAL", "--limit-iface-out"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
  refused(
    "filter INPUT",
    ["-m", "addrtype", "--dst-type", "LOCAL", "--limit-iface-out", "--limit-iface-in"],
    2,
    'addrtype: option "--limit-iface-in" cannot be used together with "--limit-iface-out".\n\n',
  ),
  refused("filter INPUT", ["-m", "addrtype"], 2, "addrtype: you must specify --src-type or --dst-type\n"),
  refused("filter INPUT", ["-m", "addrtype", "--dst-type", "FOO"], 2, 'addrtype: bad type "FOO"\n'),
  taken(
    "filter INPUT",
    ["-m", "addrtype", "--dst-type", "local"],
    "-m addrtype --dst-type LOCAL",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ADDRTYPE match dst-type LOCAL",
    "           all  --  anywhere             anywhere             ADDRTYPE match dst-type LOCAL",
  ),
  refused(
    "filter INPUT",
    ["-m", "addrtype", "--limit-iface-in"],
    2,
    "addrtype: you must specify --src-type or --dst-type\n",
  ),
  taken(
    "filter INPUT",
    ["-m", "addrtype", "--dst-type", "UNSPEC,ANYCAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE"],
    "-m addrtype --dst-type UNSPEC,ANYCAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ADDRTYPE match dst-type UNSPEC,ANYCAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE",
    "           all  --  anywhere             anywhere             ADDRTYPE match dst-type UNSPEC,ANYCAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE",
  ),
  refused(
    "filter INPUT",
    ["-m", "addrtype", "--dst-type", "LOCAL", "--dst-type", "LOCAL"],
    2,
    'addrtype: option "--dst-type" can only be used once.\n\n',
  ),
]);
