#!/bin/bash
# dies: r PKT_TOO_BIG
# because: It is 1478 bytes long, r1 takes 1400, and its DF bit forbids to cut it: r told the sender
# cure: ip netns exec a ping -c 1 -M do -s 1372 10.0.2.2
source ./router.inc
ways
ip -n r link set r1 mtu 1400
ip -n b link set b0 mtu 1400
try() { ip netns exec a ping -c 1 -W 1 -s 1450 -M do 10.0.2.2; }
try
