#!/bin/bash
# dies: a ENETUNREACH
# because: a has no route to 10.0.2.2.
# cure: ip netns exec a ip route add default via 10.0.1.1
source ./router.inc
ip -n b route add default via 10.0.2.1
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
