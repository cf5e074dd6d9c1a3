#!/bin/bash
# dies: r NOT_SPECIFIED
# because: A route of r forbids it: "blackhole 10.0.2.2".
# cure: ip netns exec r ip route del blackhole 10.0.2.2
source ./router.inc
ways
ip -n r route add blackhole 10.0.2.2
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
