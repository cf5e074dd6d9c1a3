#!/bin/bash
# dies: b IP_INHDR
# because: It went in a circle until its TTL (64) was used up: r by "10.9.0.0/16 via 10.0.2.2 dev r1", b by "default via 10.0.2.1 dev b0" send it round.
source ./router.inc
ways
ip -n r route add 10.9.0.0/16 via 10.0.2.2
try() { ip netns exec a ping -c 1 -W 1 10.9.0.1; }
try
