#!/bin/bash
# dies: a EMSGSIZE
# because: It would be 1478 bytes long, the way to 10.0.2.2 takes 1400, and DF forbids to cut it
# cure: ip netns exec a ping -c 1 -M do -s 1372 10.0.2.2
source ./router.inc
ways
ip -n a link set a0 mtu 1400
try() { ip netns exec a ping -c 1 -W 1 -s 1450 -M do 10.0.2.2; }
try
