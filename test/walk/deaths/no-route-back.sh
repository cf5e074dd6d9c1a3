#!/bin/bash
# dies: b IP_RPFILTER
# because: b has no route back to 10.0.1.2, so it could not answer: the loose reverse path check (rp_filter = 2 on b0
# cure: ip netns exec b ip route add 10.0.1.0/24 via 10.0.2.1
source ./router.inc
ip -n a route add default via 10.0.1.1
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
