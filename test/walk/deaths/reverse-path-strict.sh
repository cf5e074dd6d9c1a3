#!/bin/bash
# dies: b IP_RPFILTER
# because: b would answer 10.0.1.2 through b1, but the packet came in on b0: the strict reverse path check (net.ipv4.conf.b0.rp_filter = 1
# cure: ip netns exec b sysctl -w net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.b0.rp_filter=2
source ./router.inc
ip -n a route add default via 10.0.1.1
ip link add a1 netns a type veth peer name b1 netns b
ip -n a addr add 10.0.3.1/24 dev a1
ip -n b addr add 10.0.3.2/24 dev b1
ip -n a link set a1 up
ip -n b link set b1 up
ip -n b route add 10.0.1.0/24 via 10.0.3.1
ip netns exec b sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.b0.rp_filter=1
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
