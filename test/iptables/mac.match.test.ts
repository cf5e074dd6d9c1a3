import { answers, refused, taken } from "./answers.ts";

// What iptables 1.8.9 (nf_tables) answered on Linux 6.18 to `iptables -t TABLE -A CHAIN ARGS`: its message and
// status, or what -S, -nL and -L then showed.
answers("mac", [
  taken(
    "filter INPUT",
    ["-m", "mac", "--mac-source", "00:11:22:AA:bb:cc"],
    "-m mac --mac-source 00:11:22:aa:bb:cc",
    "           0    --  0.0.0.0/0            0.0.0.0/0            MAC 00:11:22:aa:bb:cc",
    "           all  --  anywhere             anywhere             MAC 00:11:22:aa:bb:cc",
  ),
  taken(
    "filter INPUT",
    ["-m", "mac", "!", "--mac-source", "0:1:2:3:4:5"],
    "-m mac ! --mac-source 00:01:02:03:04:05",
    "           0    --  0.0.0.0/0            0.0.0.0/0            MAC ! 00:01:02:03:04:05",
    "           all  --  anywhere             anywhere             MAC ! 00:01:02:03:04:05",
  ),
  refused("filter INPUT", ["-m", "mac"], 2, 'mac: option "--mac-source" must be specified\n\n'),
  refused("filter INPUT", ["-m", "mac", "--mac-source", "foo"], 2, "Invalid MAC address specified.\n"),
  refused(
    "filter INPUT",
    ["-m", "mac", "--mac-source", "00:11:22:33:44"],
    2,
    "Invalid MAC address specified.\n",
  ),
]);
