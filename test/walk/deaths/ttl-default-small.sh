#!/bin/bash
# dies: r IP_INHDR
# because: a sent it with TTL 1, too small
# cure: ip netns exec a sysctl -w net.ipv4.ip_default_ttl=64
source ./router.inc
ways
ip netns exec a sysctl -qw net.ipv4.ip_default_ttl=1
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
