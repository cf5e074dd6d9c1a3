import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("owner", [
  taken(
    "filter OUTPUT",
    ["-m", "owner", "--uid-owner", "0"],
    "-m owner --uid-owner 0",
    "           0    --  0.0.0.0/0            0.0.0.0/0            owner UID match 0",
    "           all  --  anywhere             anywhere             owner UID match root",
  ),
  taken(
    "filter OUTPUT",
    ["-m", "owner", "--uid-owner", "root"],
    "-m owner --uid-owner 0",
    "           0    --  0.0.0.0/0            0.0.0.0/0            owner UID match 0",
    "           all  --  anywhere             anywhere             owner UID match root",
  ),
  taken(
    "filter OUTPUT",
    ["-m", "owner", "!", "--uid-owner", "1000-2000"],
    "-m owner ! --uid-owner 1000-2000",
    "           0    --  0.0.0.0/0            0.0.0.0/0            ! owner UID match 1000-2000",
    "           all  --  anywhere             anywhere             ! owner UID match 1000-2000",
  ),
  taken(
    "filter OUTPUT",
    ["-m", "owner", "--gid-owner", "0"],
    "-m owner --gid-owner 0",
    "           0    --  0.0.0.0/0            0.0.0.0/0            owner GID match 0",
    "           all  --  anywhere             anywhere             owner GID match root",
  ),
  taken(
    "filter OUTPUT",
    ["-m", "owner", "--socket-exists"],
    "-m owner --socket-exists",
    "           0    --  0.0.0.0/0            0.0.0.0/0            owner socket exists",
    "           all  --  anywhere             anywhere             owner socket exists",
  ),
  refused(
    "filter OUTPUT",
    ["-m", "owner", "--uid-owner", "foo"],
    2,
    'owner: Bad value for "--uid-owner" option: "foo"\n',
  ),
  refused(
    "filter OUTPUT",
    ["-m", "owner"],
    2,
    "owner: At least one of --uid-owner, --gid-owner or --socket-exists is required\n",
  ),
  taken(
    "filter OUTPUT",
    ["-m", "owner", "--uid-owner", "1337", "--gid-owner", "5"],
    "-m owner --uid-owner 1337 --gid-owner 5",
    "           0    --  0.0.0.0/0            0.0.0.0/0            owner UID match 1337 owner GID match 5",
    "           all  --  anywhere             anywhere             owner UID match 1337 owner GID match tty",
  ),
  refused(
    "filter INPUT",
    ["-m", "owner", "--uid-owner", "0"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
  ),
]);
