import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("recent", [
  taken(
    "filter INPUT",
    ["-m", "recent", "--set"],
    "-m recent --set --name DEFAULT --mask 255.255.255.255 --rsource",
    "           0    --  0.0.0.0/0            0.0.0.0/0            recent: SET name: DEFAULT side: source mask: 255.255.255.255",
    "           all  --  anywhere             anywhere             recent: SET name: DEFAULT side: source mask: 255.255.255.255",
  ),
  taken(
    "filter INPUT",
    ["-m", "recent", "--name", "ssh", "--rcheck", "--seconds", "60", "--hitcount", "4"],
    "-m recent --rcheck --seconds 60 --hitcount 4 --name ssh --mask 255.255.255.255 --rsource",
    "           0    --  0.0.0.0/0            0.0.0.0/0            recent: CHECK seconds: 60 hit_count: 4 name: ssh side: source mask: 255.255.255.255",
    "           all  --  anywhere             anywhere             recent: CHECK seconds: 60 hit_count: 4 name: ssh side: source mask: 255.255.255.255",
  ),
  taken(
    "filter INPUT",
    [
      "-m",
      "recent",
      "--update",
      "--seconds",
      "60",
      "--hitcount",
      "4",
      "--name",
      "SSH",
      "--rsource",
      "-j",
      "DROP",
    ],
    "-m recent --update --seconds 60 --hitcount 4 --name SSH --mask 255.255.255.255 --rsource -j DROP",
    "DROP       0    --  0.0.0.0/0            0.0.0.0/0            recent: UPDATE seconds: 60 hit_count: 4 name: SSH side: source mask: 255.255.255.255",
    "DROP       all  --  anywhere             anywhere             recent: UPDATE seconds: 60 hit_count: 4 name: SSH side: source mask: 255.255.255.255",
  ),
  taken(
    "filter INPUT",
    ["-m", "recent", "--set", "--name", "x", "--rdest"],
    "-m recent --set --name x --mask 255.255.255.255 --rdest",
    "           0    --  0.0.0.0/0            0.0.0.0/0            recent: SET name: x side: dest mask: 255.255.255.255",
    "           all  --  anywhere             anywhere             recent: SET name: x side: dest mask: 255.255.255.255",
  ),
  taken(
    "filter INPUT",
    ["-m", "recent", "--remove"],
    "-m recent --remove --name DEFAULT --mask 255.255.255.255 --rsource",
    "           0    --  0.0.0.0/0            0.0.0.0/0            recent: REMOVE name: DEFAULT side: source mask: 255.255.255.255",
    "           all  --  anywhere             anywhere             recent: REMOVE name: DEFAULT side: source mask: 255.255.255.255",
  ),
  taken(
    "filter INPUT",
    ["-m", "recent", "--rcheck", "--seconds", "60", "--reap", "--rttl"],
    "-m recent --rcheck --seconds 60 --reap --rttl --name DEFAULT --mask 255.255.255.255 --rsource",
    "           0    --  0.0.0.0/0            0.0.0.0/0            recent: CHECK seconds: 60 reap TTL-Match name: DEFAULT side: source mask: 255.255.255.255",
    "           all  --  anywhere             anywhere             recent: CHECK seconds: 60 reap TTL-Match name: DEFAULT side: source mask: 255.255.255.255",
  ),
  taken(
    "filter INPUT",
    ["-m", "recent", "!", "--rcheck"],
    "-m recent ! --rcheck --name DEFAULT --mask 255.255.255.255 --rsource",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ! recent: CHECK name: DEFAULT side: source mask: 255.255.255.255",
    "           all  --  anywhere             anywhere             ! recent: CHECK name: DEFAULT side: source mask: 255.255.255.255",
  ),
  taken(
    "filter INPUT",
    ["-m", "recent", "--rcheck", "--mask", "255.255.255.0"],
    "-m recent --rcheck --name DEFAULT --mask 255.255.255.0 --rsource",
    "           0    --  0.0.0.0/0            0.0.0.0/0            recent: CHECK name: DEFAULT side: source mask: 255.255.255.0",
    "           all  --  anywhere             anywhere             recent: CHECK name: DEFAULT side: source mask: 255.255.255.0",
  ),
  refused(
    "filter INPUT",
    ["-m", "recent"],
    2,
    "recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'\n",
  ),
  refused(
    "filter INPUT",
    ["-m", "recent", "--set", "--hitcount", "4"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
  taken(
    "filter INPUT",
    ["-m", "recent", "--rcheck", "--hitcount", "0"],
    "-m recent --rcheck --name DEFAULT --mask 255.255.255.255 --rsource",
    "           0    --  0.0.0.0/0            0.0.0.0/0            recent: CHECK name: DEFAULT side: source mask: 255.255.255.255",
    "           all  --  anywhere             anywhere             recent: CHECK name: DEFAULT side: source mask: 255.255.255.255",
  ),
]);
