import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("comment", [
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "hello"],
    "-m comment --comment hello",
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* hello */",
    "           all  --  anywhere             anywhere             /* hello */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "hello world"],
    '-m comment --comment "hello world"',
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* hello world */",
    "           all  --  anywhere             anywhere             /* hello world */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", 'a "quote" and \\\\ back'],
    '-m comment --comment "a \\"quote\\" and \\\\\\\\ back"',
    '           0    --  0.0.0.0/0            0.0.0.0/0            /* a "quote" and \\\\ back */',
    '           all  --  anywhere             anywhere             /* a "quote" and \\\\ back */',
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", ""],
    '-m comment --comment ""',
    "           0    --  0.0.0.0/0            0.0.0.0/0            /*  */",
    "           all  --  anywhere             anywhere             /*  */",
  ),
  refused("filter INPUT", ["-m", "comment"], 2, 'comment: option "--comment" must be specified\n\n'),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "it's", "-j", "ACCEPT"],
    '-m comment --comment "it\\\'s" -j ACCEPT',
    "ACCEPT     0    --  0.0.0.0/0            0.0.0.0/0            /* it's */",
    "ACCEPT     all  --  anywhere             anywhere             /* it's */",
  ),
  taken(
    "filter INPUT",
    ["-p", "tcp", "--dport", "80", "-m", "comment", "--comment", "web", "-j", "ACCEPT"],
    "-p tcp -m tcp --dport 80 -m comment --comment web -j ACCEPT",
    "ACCEPT     6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80 /* web */",
    "ACCEPT     tcp  --  anywhere             anywhere             tcp dpt:http /* web */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "x", "-p", "tcp", "--dport", "80", "-j", "ACCEPT"],
    "-p tcp -m comment --comment x -m tcp --dport 80 -j ACCEPT",
    "ACCEPT     6    --  0.0.0.0/0            0.0.0.0/0            /* x */ tcp dpt:80",
    "ACCEPT     tcp  --  anywhere             anywhere             /* x */ tcp dpt:http",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "-dash"],
    "-m comment --comment -dash",
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* -dash */",
    "           all  --  anywhere             anywhere             /* -dash */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "a_b.c"],
    '-m comment --comment "a_b.c"',
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* a_b.c */",
    "           all  --  anywhere             anywhere             /* a_b.c */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "a/b"],
    '-m comment --comment "a/b"',
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* a/b */",
    "           all  --  anywhere             anywhere             /* a/b */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "a,b"],
    '-m comment --comment "a,b"',
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* a,b */",
    "           all  --  anywhere             anywhere             /* a,b */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "a;b"],
    '-m comment --comment "a;b"',
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* a;b */",
    "           all  --  anywhere             anywhere             /* a;b */",
  ),
  taken(
    "filter INPUT",
    ["-m", "comment", "--comment", "ünïcode"],
    '-m comment --comment "ünïcode"',
    "           0    --  0.0.0.0/0            0.0.0.0/0            /* ünïcode */",
    "           all  --  anywhere             anywhere             /* ünïcode */",
  ),
]);
