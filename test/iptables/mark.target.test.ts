import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("mark", [
  taken(
    "mangle PREROUTING",
    ["-j", "MARK", "--set-mark", "1"],
    "-j MARK --set-xmark 0x1/0xffffffff",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK set 0x1",
    "MARK       all  --  anywhere             anywhere             MARK set 0x1",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "MARK", "--set-mark", "0x1/0xff"],
    "-j MARK --set-xmark 0x1/0xff",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK xset 0x1/0xff",
    "MARK       all  --  anywhere             anywhere             MARK xset 0x1/0xff",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "MARK", "--set-xmark", "0x1/0xff"],
    "-j MARK --set-xmark 0x1/0xff",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK xset 0x1/0xff",
    "MARK       all  --  anywhere             anywhere             MARK xset 0x1/0xff",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "MARK", "--set-xmark", "1"],
    "-j MARK --set-xmark 0x1/0xffffffff",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK set 0x1",
    "MARK       all  --  anywhere             anywhere             MARK set 0x1",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "MARK", "--and-mark", "0xff"],
    "-j MARK --set-xmark 0x0/0xffffff00",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK and 0xff",
    "MARK       all  --  anywhere             anywhere             MARK and 0xff",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "MARK", "--or-mark", "0xff"],
    "-j MARK --set-xmark 0xff/0xff",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK or 0xff",
    "MARK       all  --  anywhere             anywhere             MARK or 0xff",
  ),
  taken(
    "mangle PREROUTING",
    ["-j", "MARK", "--xor-mark", "0xff"],
    "-j MARK --set-xmark 0xff/0x0",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK xor 0xff",
    "MARK       all  --  anywhere             anywhere             MARK xor 0xff",
  ),
  refused(
    "mangle PREROUTING",
    ["-j", "MARK"],
    2,
    "MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required\n",
  ),
  refused(
    "mangle PREROUTING",
    ["-j", "MARK", "--set-mark", "x"],
    2,
    'MARK: bad integer value for option "--set-mark", or out of range.\n\n',
  ),
  refused(
    "mangle PREROUTING",
    ["-j", "MARK", "--set-mark", "1", "--or-mark", "2"],
    2,
    'MARK: option "--set-mark" cannot be used together with "--or-mark".\n\n',
  ),
  taken(
    "filter INPUT",
    ["-j", "MARK", "--set-mark", "1"],
    "-j MARK --set-xmark 0x1/0xffffffff",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK set 0x1",
    "MARK       all  --  anywhere             anywhere             MARK set 0x1",
  ),
  taken(
    "nat PREROUTING",
    ["-j", "MARK", "--set-mark", "1"],
    "-j MARK --set-xmark 0x1/0xffffffff",
    "MARK       0    --  0.0.0.0/0            0.0.0.0/0            MARK set 0x1",
    "MARK       all  --  anywhere             anywhere             MARK set 0x1",
  ),
]);
