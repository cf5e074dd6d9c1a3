#!/bin/bash
# dies: b ENETUNREACH
# because: b has no route to 10.0.1.2.
# cure: ip netns exec b ip route add default via 10.0.2.1
source ./router.inc
ip -n a route add default via 10.0.1.1
ip netns exec b sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.b0.rp_filter=0
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
