import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("physdev", [
  taken(
    "filter INPUT",
    ["-m", "physdev", "--physdev-in", "veth0"],
    "-m physdev --physdev-in veth0",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match --physdev-in veth0",
    "           all  --  anywhere             anywhere             PHYSDEV match --physdev-in veth0",
  ),
  taken(
    "filter INPUT",
    ["-m", "physdev", "!", "--physdev-in", "veth+"],
    "-m physdev ! --physdev-in veth+",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match ! --physdev-in veth+",
    "           all  --  anywhere             anywhere             PHYSDEV match ! --physdev-in veth+",
  ),
  taken(
    "filter INPUT",
    ["-m", "physdev", "--physdev-is-in"],
    "-m physdev --physdev-is-in",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match --physdev-is-in",
    "           all  --  anywhere             anywhere             PHYSDEV match --physdev-is-in",
  ),
  taken(
    "filter INPUT",
    ["-m", "physdev", "!", "--physdev-is-bridged"],
    "-m physdev ! --physdev-is-bridged",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match ! --physdev-is-bridged",
    "           all  --  anywhere             anywhere             PHYSDEV match ! --physdev-is-bridged",
  ),
  taken(
    "filter INPUT",
    ["-m", "physdev", "--physdev-is-bridged", "--physdev-in", "a", "--physdev-is-in"],
    "-m physdev --physdev-is-in --physdev-in a --physdev-is-bridged",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match --physdev-is-in --physdev-in a --physdev-is-bridged",
    "           all  --  anywhere             anywhere             PHYSDEV match --physdev-is-in --physdev-in a --physdev-is-bridged",
  ),
  refused("filter INPUT", ["-m", "physdev"], 2, "PHYSDEV: no physdev option specified\n"),
  taken(
    "filter FORWARD",
    ["-m", "physdev", "--physdev-out", "veth0", "--physdev-is-bridged"],
    "-m physdev --physdev-out veth0 --physdev-is-bridged",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match --physdev-out veth0 --physdev-is-bridged",
    "           all  --  anywhere             anywhere             PHYSDEV match --physdev-out veth0 --physdev-is-bridged",
  ),
  taken(
    "filter FORWARD",
    ["-m", "physdev", "!", "--physdev-out", "veth+", "--physdev-is-out"],
    "-m physdev --physdev-is-out ! --physdev-out veth+",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match --physdev-is-out ! --physdev-out veth+",
    "           all  --  anywhere             anywhere             PHYSDEV match --physdev-is-out ! --physdev-out veth+",
  ),
  taken(
    "filter FORWARD",
    ["-m", "physdev", "--physdev-is-out"],
    "-m physdev --physdev-is-out",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match --physdev-is-out",
    "           all  --  anywhere             anywhere             PHYSDEV match --physdev-is-out",
  ),
  refused(
    "filter OUTPUT",
    ["-m", "physdev", "--physdev-out", "veth0"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain OUTPUT\n",
  ),
  refused(
    "filter OUTPUT",
    ["-m", "physdev", "--physdev-is-out"],
    4,
    " RULE_APPEND failed (Invalid argument): rule in chain OUTPUT\n",
  ),
  taken(
    "filter INPUT",
    ["-m", "physdev", "--physdev-in", "+"],
    "-m physdev --physdev-in +",
    "           0    --  0.0.0.0/0            0.0.0.0/0            PHYSDEV match --physdev-in +",
    "           all  --  anywhere             anywhere             PHYSDEV match --physdev-in +",
  ),
  refused(
    "filter INPUT",
    ["-m", "physdev", "--physdev-in", "averyveryverylongname"],
    2,
    "interface name `averyveryverylongname' must be shorter than IFNAMSIZ (15)\n",
  ),
]);
