#!/bin/bash
# dies: r IP_INNOROUTES
# because: r has no route to 10.0.3.9.
# cure: ip netns exec r ip route add default via 10.0.2.2
source ./router.inc
ways
ip link add c0 netns b type veth peer name c1 netns b
ip -n b addr add 10.0.3.9/24 dev c0
ip -n b link set c0 up
ip -n b link set c1 up
try() { ip netns exec a ping -c 1 -W 1 10.0.3.9; }
try
