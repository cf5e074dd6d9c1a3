#!/bin/bash
# dies: a ENETUNREACH
# because: "default via 10.0.1.1 dev a0" went when a0 went down, and does not come back by itself.
# cure: ip netns exec a ip link set a0 up && ip netns exec a ip route add default via 10.0.1.1 dev a0
source ./router.inc
ways
ip -n a link set a0 down
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
