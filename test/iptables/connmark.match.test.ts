import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("connmark", [
  taken(
    "filter INPUT",
    ["-m", "connmark", "--mark", "1"],
    "-m connmark --mark 0x1",
    "           0    --  0.0.0.0/0            0.0.0.0/0            connmark match  0x1",
    "           all  --  anywhere             anywhere             connmark match  0x1",
  ),
  taken(
    "filter INPUT",
    ["-m", "connmark", "--mark", "0x10/0xff"],
    "-m connmark --mark 0x10/0xff",
    "           0    --  0.0.0.0/0            0.0.0.0/0            connmark match  0x10/0xff",
    "           all  --  anywhere             anywhere             connmark match  0x10/0xff",
  ),
  taken(
    "filter INPUT",
    ["-m", "connmark", "!", "--mark", "7/7"],
    "-m connmark ! --mark 0x7/0x7",
    "           0    --  0.0.0.0/0            0.0.0.0/0            connmark match ! 0x7/0x7",
    "           all  --  anywhere             anywhere             connmark match ! 0x7/0x7",
  ),
  refused("filter INPUT", ["-m", "connmark"], 2, 'connmark: option "--mark" must be specified\n\n'),
  refused(
    "filter INPUT",
    ["-m", "connmark", "--mark", "x"],
    2,
    'connmark: bad integer value for option "--mark", or out of range.\n\n',
  ),
]);
