import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("mark", [
  taken(
    "filter INPUT",
    ["-m", "mark", "--mark", "1"],
    "-m mark --mark 0x1",
    "           0    --  0.0.0.0/0            0.0.0.0/0            mark match 0x1",
    "           all  --  anywhere             anywhere             mark match 0x1",
  ),
  taken(
    "filter INPUT",
    ["-m", "mark", "--mark", "0x10/0xff"],
    "-m mark --mark 0x10/0xff",
    "           0    --  0.0.0.0/0            0.0.0.0/0            mark match 0x10/0xff",
    "           all  --  anywhere             anywhere             mark match 0x10/0xff",
  ),
  taken(
    "filter INPUT",
    ["-m", "mark", "!", "--mark", "7/7"],
    "-m mark ! --mark 0x7/0x7",
    "           0    --  0.0.0.0/0            0.0.0.0/0            mark match ! 0x7/0x7",
    "           all  --  anywhere             anywhere             mark match ! 0x7/0x7",
  ),
  taken(
    "filter INPUT",
    ["-m", "mark", "--mark", "0"],
    "-m mark --mark 0x0",
    "           0    --  0.0.0.0/0            0.0.0.0/0            mark match 0x0",
    "           all  --  anywhere             anywhere             mark match 0x0",
  ),
  taken(
    "filter INPUT",
    ["-m", "mark", "--mark", "0xffffffff"],
    "-m mark --mark 0xffffffff",
    "           0    --  0.0.0.0/0            0.0.0.0/0            mark match 0xffffffff",
    "           all  --  anywhere             anywhere             mark match 0xffffffff",
  ),
  refused(
    "filter INPUT",
    ["-m", "mark", "--mark", "x"],
    2,
    'mark: bad integer value for option "--mark", or out of range.\n\n',
  ),
  refused(
    "filter INPUT",
    ["-m", "mark", "--mark", "1/x"],
    2,
    'mark: bad integer value for option "--mark", or out of range.\n\n',
  ),
  refused(
    "filter INPUT",
    ["-m", "mark", "--mark", "1/2x"],
    2,
    'mark: trailing garbage after value for option "--mark".\n\n',
  ),
  refused("filter INPUT", ["-m", "mark"], 2, 'mark: option "--mark" must be specified\n\n'),
  taken(
    "filter INPUT",
    ["-m", "mark", "--mark", "010"],
    "-m mark --mark 0x8",
    "           0    --  0.0.0.0/0            0.0.0.0/0            mark match 0x8",
    "           all  --  anywhere             anywhere             mark match 0x8",
  ),
  refused(
    "filter INPUT",
    ["-m", "mark", "--mark", "0x100000000"],
    2,
    'mark: bad integer value for option "--mark", or out of range.\n\n',
  ),
  taken(
    "filter INPUT",
    ["-m", "mark", "--mark", "1/0xffffffff"],
    "-m mark --mark 0x1",
    "           0    --  0.0.0.0/0            0.0.0.0/0            mark match 0x1",
    "           all  --  anywhere             anywhere             mark match 0x1",
  ),
  taken(
    "filter INPUT",
    ["-m", "mark", "--mark", "1", "-j", "ACCEPT"],
    "-m mark --mark 0x1 -j ACCEPT",
    "ACCEPT     0    --  0.0.0.0/0            0.0.0.0/0            mark match 0x1",
    "ACCEPT     all  --  anywhere             anywhere             mark match 0x1",
  ),
]);
