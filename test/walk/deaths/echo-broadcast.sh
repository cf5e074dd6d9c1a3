#!/bin/bash
# dies: b INVALID_PROTO
# because: b answers no ping to a broadcast address: net.ipv4.icmp_echo_ignore_broadcasts is 1 there
# cure: ip netns exec b sysctl -w net.ipv4.icmp_echo_ignore_broadcasts=0
ip netns add a
ip netns add b
ip link add eth0 netns a type veth peer name eth0 netns b
ip -n a addr add 10.0.0.1/24 brd + dev eth0
ip -n b addr add 10.0.0.2/24 brd + dev eth0
ip -n a link set eth0 up
ip -n b link set eth0 up
try() { ip netns exec a ping -b -c 1 -W 1 10.0.0.255; }
try
