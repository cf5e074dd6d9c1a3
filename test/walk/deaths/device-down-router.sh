#!/bin/bash
# dies: r IP_INNOROUTES
# because: r has no route to 10.0.2.2: r1, whose link it is on, is down.
# cure: ip netns exec r ip link set r1 up
source ./router.inc
ways
ip -n r link set r1 down
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
