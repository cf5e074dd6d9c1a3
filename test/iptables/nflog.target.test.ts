import { answers, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("nflog", [
  taken(
    "filter INPUT",
    ["-j", "NFLOG"],
    "-j NFLOG",
    "NFLOG      0    --  0.0.0.0/0            0.0.0.0/0           ",
    "NFLOG      all  --  anywhere             anywhere            ",
  ),
  taken(
    "filter INPUT",
    ["-j", "NFLOG", "--nflog-group", "5"],
    "-j NFLOG --nflog-group 5",
    "NFLOG      0    --  0.0.0.0/0            0.0.0.0/0            nflog-group 5",
    "NFLOG      all  --  anywhere             anywhere             nflog-group 5",
  ),
  taken(
    "filter INPUT",
    ["-j", "NFLOG", "--nflog-prefix", "hello: ", "--nflog-group", "5"],
    '-j NFLOG --nflog-prefix "hello: " --nflog-group 5',
    'NFLOG      0    --  0.0.0.0/0            0.0.0.0/0            nflog-prefix "hello: " nflog-group 5',
    'NFLOG      all  --  anywhere             anywhere             nflog-prefix "hello: " nflog-group 5',
  ),
  taken(
    "filter INPUT",
    ["-j", "NFLOG", "--nflog-threshold", "2", "--nflog-size", "100"],
    "-j NFLOG --nflog-size 100 --nflog-threshold 2",
    "NFLOG      0    --  0.0.0.0/0            0.0.0.0/0            nflog-size 100 nflog-threshold 2",
    "NFLOG      all  --  anywhere             anywhere             nflog-size 100 nflog-threshold 2",
  ),
  taken(
    "filter INPUT",
    ["-j", "NFLOG", "--nflog-range", "100"],
    "-j NFLOG",
    "NFLOG      0    --  0.0.0.0/0            0.0.0.0/0           ",
    "NFLOG      all  --  anywhere             anywhere            ",
  ),
]);
