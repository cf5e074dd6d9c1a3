import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("state", [
  taken(
    "filter INPUT",
    ["-m", "state", "--state", "NEW"],
    "-m state --state NEW",
    "           0    --  0.0.0.0/0            0.0.0.0/0            state NEW",
    "           all  --  anywhere             anywhere             state NEW",
  ),
  taken(
    "filter INPUT",
    ["-m", "state", "--state", "NEW,ESTABLISHED,RELATED", "-j", "ACCEPT"],
    "-m state --state NEW,RELATED,ESTABLISHED -j ACCEPT",
    "ACCEPT     0    --  0.0.0.0/0            0.0.0.0/0            state NEW,RELATED,ESTABLISHED",
    "ACCEPT     all  --  anywhere             anywhere             state NEW,RELATED,ESTABLISHED",
  ),
  taken(
    "filter INPUT",
    ["-m", "state", "--state", "INVALID"],
    "-m state --state INVALID",
    "           0    --  0.0.0.0/0            0.0.0.0/0            state INVALID",
    "           all  --  anywhere             anywhere             state INVALID",
  ),
  taken(
    "filter INPUT",
    ["-m", "state", "--state", "UNTRACKED"],
    "-m state --state UNTRACKED",
    "           0    --  0.0.0.0/0            0.0.0.0/0            state UNTRACKED",
    "           all  --  anywhere             anywhere             state UNTRACKED",
  ),
  taken(
    "filter INPUT",
    ["-m", "state", "!", "--state", "RELATED,ESTABLISHED"],
    "-m state ! --state RELATED,ESTABLISHED",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ! state RELATED,ESTABLISHED",
    "           all  --  anywhere             anywhere             ! state RELATED,ESTABLISHED",
  ),
  refused("filter INPUT", ["-m", "state", "--state", "FOO"], 2, 'Bad state "FOO"\n'),
  taken(
    "filter INPUT",
    ["-m", "state", "--state", "new"],
    "-m state --state NEW",
    "           0    --  0.0.0.0/0            0.0.0.0/0            state NEW",
    "           all  --  anywhere             anywhere             state NEW",
  ),
  refused("filter INPUT", ["-m", "state", "--state", "SNAT"], 2, 'Bad state "SNAT"\n'),
  refused("filter INPUT", ["-m", "state"], 2, 'state: option "--state" must be specified\n\n'),
  refused(
    "filter INPUT",
    ["-m", "state", "--state", "NEW,"],
    2,
    '"--state" requires a list of states with no spaces, e.g. ESTABLISHED,RELATED\n',
  ),
  taken(
    "filter INPUT",
    ["-m", "state", "--state", "ESTAB"],
    "-m state --state ESTABLISHED",
    "           0    --  0.0.0.0/0            0.0.0.0/0            state ESTABLISHED",
    "           all  --  anywhere             anywhere             state ESTABLISHED",
  ),
]);
