import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("ttl", [
  taken(
    "filter INPUT",
    ["-m", "ttl", "--ttl-eq", "64"],
    "-m ttl --ttl-eq 64",
    "           0    --  0.0.0.0/0            0.0.0.0/0            TTL match TTL == 64",
    "           all  --  anywhere             anywhere             TTL match TTL == 64",
  ),
  taken(
    "filter INPUT",
    ["-m", "ttl", "!", "--ttl-eq", "64"],
    "-m ttl ! --ttl-eq 64",
    "           0    --  0.0.0.0/0            0.0.0.0/0            TTL match TTL != 64",
    "           all  --  anywhere             anywhere             TTL match TTL != 64",
  ),
  taken(
    "filter INPUT",
    ["-m", "ttl", "--ttl-lt", "5"],
    "-m ttl --ttl-lt 5",
    "           0    --  0.0.0.0/0            0.0.0.0/0            TTL match TTL < 5",
    "           all  --  anywhere             anywhere             TTL match TTL < 5",
  ),
  taken(
    "filter INPUT",
    ["-m", "ttl", "--ttl-gt", "5"],
    "-m ttl --ttl-gt 5",
    "           0    --  0.0.0.0/0            0.0.0.0/0            TTL match TTL > 5",
    "           all  --  anywhere             anywhere             TTL match TTL > 5",
  ),
  taken(
    "filter INPUT",
    ["-m", "ttl", "--ttl", "5"],
    "-m ttl --ttl-eq 5",
    "           0    --  0.0.0.0/0            0.0.0.0/0            TTL match TTL == 5",
    "           all  --  anywhere             anywhere             TTL match TTL == 5",
  ),
  refused(
    "filter INPUT",
    ["-m", "ttl"],
    2,
    "TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt\n",
  ),
  refused(
    "filter INPUT",
    ["-m", "ttl", "--ttl-eq", "999"],
    2,
    'ttl: bad value for option "--ttl-eq", or out of range (0-255).\n\n',
  ),
  refused(
    "filter INPUT",
    ["-m", "ttl", "--ttl-eq", "9", "--ttl-lt", "8"],
    2,
    'ttl: option "--ttl-lt" cannot be used together with "--ttl-eq".\n\n',
  ),
  refused(
    "filter INPUT",
    ["-m", "ttl", "!", "--ttl-lt", "8"],
    2,
    'ttl: option "--ttl-lt" cannot be inverted.\n\n',
  ),
]);
