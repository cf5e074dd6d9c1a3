#!/bin/bash
# dies: b NOT_SPECIFIED
# because: b answers no ping: net.ipv4.icmp_echo_ignore_all is 1 there.
# cure: ip netns exec b sysctl -w net.ipv4.icmp_echo_ignore_all=0
ip netns add a
ip netns add b
ip link add eth0 netns a type veth peer name eth0 netns b
ip -n a addr add 10.0.0.1/24 dev eth0
ip -n b addr add 10.0.0.2/24 dev eth0
ip -n a link set eth0 up
ip -n b link set eth0 up
ip netns exec b sysctl -qw net.ipv4.icmp_echo_ignore_all=1
try() { ip netns exec a ping -c 1 -W 1 10.0.0.2; }
try
