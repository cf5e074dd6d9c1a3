import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("ttl", [
  taken(
    "mangle PREROUTING",
    ["-j", "TTL", "--ttl-set", "64"],
    "-j TTL --ttl-set 64",
    "TTL        0    --  0.0.0.0/0            0.0.0.0/0            TTL set to 64",
    "TTL        all  --  anywhere             anywhere             TTL set to 64",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "TTL", "--ttl-inc", "1"],
    "-j TTL --ttl-inc 1",
    "TTL        0    --  0.0.0.0/0            0.0.0.0/0            TTL increment by 1",
    "TTL        all  --  anywhere             anywhere             TTL increment by 1",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "TTL", "--ttl-dec", "1"],
    "-j TTL --ttl-dec 1",
    "TTL        0    --  0.0.0.0/0            0.0.0.0/0            TTL decrement by 1",
    "TTL        all  --  anywhere             anywhere             TTL decrement by 1",
  ),
  refused(
    "mangle PREROUTING",
    ["-j", "TTL", "--ttl-dec", "0"],
    2,
    'TTL: bad value for option "--ttl-dec", or out of range (1-255).\n\n',
  ),
  refused(
    "mangle PREROUTING",
    ["-j", "TTL", "--ttl-set", "300"],
    2,
    'TTL: bad value for option "--ttl-set", or out of range (0-255).\n\n',
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "TTL", "--ttl-set", "0"],
    "-j TTL --ttl-set 0",
    "TTL        0    --  0.0.0.0/0            0.0.0.0/0            TTL set to 0",
    "TTL        all  --  anywhere             anywhere             TTL set to 0",
  ),
  refused("mangle PREROUTING", ["-j", "TTL"], 2, "TTL: You must specify an action\n"),
  refused(
    "mangle PREROUTING",
    ["-j", "TTL", "--ttl-set", "1", "--ttl-inc", "1"],
    2,
    'TTL: option "--ttl-set" cannot be used together with "--ttl-inc".\n\n',
  ),
  refused(
    "filter INPUT",
    ["-j", "TTL", "--ttl-set", "64"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
]);
