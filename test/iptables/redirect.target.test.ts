import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("redirect", [
  taken(
    "nat PREROUTING",
    ["-j", "REDIRECT"],
    "-j REDIRECT",
    "REDIRECT   0    --  0.0.0.0/0            0.0.0.0/0           ",
    "REDIRECT   all  --  anywhere             anywhere            ",
  ),
  taken(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "8080"],
    "-p tcp -j REDIRECT --to-ports 8080",
    "REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            redir ports 8080",
    "REDIRECT   tcp  --  anywhere             anywhere             redir ports 8080",
  ),
  taken(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-port", "8080"],
    "-p tcp -j REDIRECT --to-ports 8080",
    "REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            redir ports 8080",
    "REDIRECT   tcp  --  anywhere             anywhere             redir ports 8080",
  ),
  taken(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "8080-8090"],
    "-p tcp -j REDIRECT --to-ports 8080-8090",
    "REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            redir ports 8080-8090",
    "REDIRECT   tcp  --  anywhere             anywhere             redir ports 8080-8090",
  ),
  taken(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "8080", "--random"],
    "-p tcp -j REDIRECT --to-ports 8080 --random",
    "REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            redir ports 8080 random",
    "REDIRECT   tcp  --  anywhere             anywhere             redir ports 8080 random",
  ),
  refused(
    "nat PREROUTING",
    ["-j", "REDIRECT", "--to-ports", "8080"],
    2,
    "Need TCP, UDP, SCTP or DCCP with port specification\n",
  ),
  refused(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "foo"],
    2,
    "Port `foo' not valid\n",
  ),
  taken(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "http"],
    "-p tcp -j REDIRECT --to-ports 80",
    "REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            redir ports 80",
    "REDIRECT   tcp  --  anywhere             anywhere             redir ports 80",
  ),
  taken(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "0"],
    "-p tcp -j REDIRECT --to-ports 0",
    "REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            redir ports 0",
    "REDIRECT   tcp  --  anywhere             anywhere             redir ports 0",
  ),
  refused(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "90-80"],
    2,
    "Port range `80' funky\n",
  ),
  refused(
    "nat PREROUTING",
    ["-p", "tcp", "-j", "REDIRECT", "--to-ports", "70000"],
    2,
    "Port `70000' not valid\n",
  ),
  taken(
    "nat PREROUTING",
    ["-j", "REDIRECT", "--random"],
    "-j REDIRECT --random",
    "REDIRECT   0    --  0.0.0.0/0            0.0.0.0/0            random",
    "REDIRECT   all  --  anywhere             anywhere             random",
  ),
  taken(
    "nat OUTPUT",
    ["-j", "REDIRECT"],
    "-j REDIRECT",
    "REDIRECT   0    --  0.0.0.0/0            0.0.0.0/0           ",
    "REDIRECT   all  --  anywhere             anywhere            ",
  ),
  refused(
    "nat POSTROUTING",
    ["-j", "REDIRECT"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain POSTROUTING\n",
  ),
  refused(
    "filter INPUT",
    ["-j", "REDIRECT"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
]);
