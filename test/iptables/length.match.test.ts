import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("length", [
  taken(
    "filter INPUT",
    ["-m", "length", "--length", "100"],
    "-m length --length 100",
    "           0    --  0.0.0.0/0            0.0.0.0/0            length 100",
    "           all  --  anywhere             anywhere             length 100",
  ),
  taken(
    "filter INPUT",
    ["-m", "length", "--length", "100:200"],
    "-m length --length 100:200",
    "           0    --  0.0.0.0/0            0.0.0.0/0            length 100:200",
    "           all  --  anywhere             anywhere             length 100:200",
  ),
  taken(
    "filter INPUT",
    ["-m", "length", "!", "--length", "100:"],
    "-m length ! --length 100:65535",
    "           0    --  0.0.0.0/0            0.0.0.0/0            length !100:65535",
    "           all  --  anywhere             anywhere             length !100:65535",
  ),
  taken(
    "filter INPUT",
    ["-m", "length", "--length", ":200"],
    "-m length --length 0:200",
    "           0    --  0.0.0.0/0            0.0.0.0/0            length 0:200",
    "           all  --  anywhere             anywhere             length 0:200",
  ),
  refused(
    "filter INPUT",
    ["-m", "length", "--length", "5:x"],
    2,
    'length: bad value for option "--length" near "x", or out of range (0-65535).\n\n',
  ),
  refused(
    "filter INPUT",
    ["-m", "length", "--length", "5:6:7"],
    2,
    'length: Too many components for option "--length" (max: 2)\n\n',
  ),
  refused(
    "filter INPUT",
    ["-m", "length", "--length", "70000"],
    2,
    'length: bad value for option "--length" near "70000", or out of range (0-65535).\n\n',
  ),
  refused("filter INPUT", ["-m", "length"], 2, 'length: option "--length" must be specified\n\n'),
  taken(
    "filter INPUT",
    ["-m", "length", "--length", "20:10"],
    "-m length --length 20:10",
    "           0    --  0.0.0.0/0            0.0.0.0/0            length 20:10",
    "           all  --  anywhere             anywhere             length 20:10",
  ),
]);
