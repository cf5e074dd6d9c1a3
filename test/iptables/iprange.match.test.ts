import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("iprange", [
  taken(
    "filter INPUT",
    ["-m", "iprange", "--src-range", "10.0.0.1-10.0.0.9"],
    "-m iprange --src-range 10.0.0.1-10.0.0.9",
    "           0    --  0.0.0.0/0            0.0.0.0/0            source IP range 10.0.0.1-10.0.0.9",
    "           all  --  anywhere             anywhere             source IP range 10.0.0.1-10.0.0.9",
  ),
  taken(
    "filter INPUT",
    ["-m", "iprange", "--dst-range", "10.0.0.1"],
    "-m iprange --dst-range 10.0.0.1-10.0.0.1",
    "           0    --  0.0.0.0/0            0.0.0.0/0            destination IP range 10.0.0.1-10.0.0.1",
    "           all  --  anywhere             anywhere             destination IP range 10.0.0.1-10.0.0.1",
  ),
  taken(
    "filter INPUT",
    ["-m", "iprange", "!", "--src-range", "10.0.0.1-10.0.0.9", "!", "--dst-range", "1.1.1.1-2.2.2.2"],
    "-m iprange ! --src-range 10.0.0.1-10.0.0.9 ! --dst-range 1.1.1.1-2.2.2.2",
    "           0    --  0.0.0.0/0            0.0.0.0/0            source IP range ! 10.0.0.1-10.0.0.9 destination IP range ! 1.1.1.1-2.2.2.2",
    "           all  --  anywhere             anywhere             source IP range ! 10.0.0.1-10.0.0.9 destination IP range ! 1.1.1.1-2.2.2.2",
  ),
  refused(
    "filter INPUT",
    ["-m", "iprange"],
    2,
    "iprange match: You must specify `--src-range' or `--dst-range'\n",
  ),
  taken(
    "filter INPUT",
    ["-m", "iprange", "--src-range", "10.0.0.9-10.0.0.1"],
    "-m iprange --src-range 10.0.0.9-10.0.0.1",
    "           0    --  0.0.0.0/0            0.0.0.0/0            source IP range 10.0.0.9-10.0.0.1",
    "           all  --  anywhere             anywhere             source IP range 10.0.0.9-10.0.0.1",
  ),
  refused(
    "filter INPUT",
    ["-m", "iprange", "--src-range", "foo-10.0.0.1"],
    2,
    'iprange: Bad value for "--src-range" option: "foo"\n',
  ),
  refused(
    "filter INPUT",
    ["-m", "iprange", "--src-range", "10.0.0.1-foo"],
    2,
    'iprange: Bad value for "--src-range" option: "foo"\n',
  ),
]);
