#!/bin/bash
# dies: r IP_INADDRERRORS
# because: It was switched on in a, which is another namespace: each has its own setting.
# cure: ip netns exec r sysctl -w net.ipv4.ip_forward=1
sysctl -qw net.ipv4.ip_forward=0
source ./router.inc
ways
ip netns exec a sysctl -qw net.ipv4.ip_forward=1
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
