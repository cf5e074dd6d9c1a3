#!/bin/bash
# dies: b NO_SOCKET
# because: Nothing in b listens on udp port 7777 at 10.0.2.2: the kernel refused it and told the sender (ICMP port unreachable).
source ./router.inc
ways
try() { echo hello | ip netns exec a nc -u -w 1 10.0.2.2 7777; }
try
