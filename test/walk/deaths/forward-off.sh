#!/bin/bash
# dies: r IP_INADDRERRORS
# because: r does not forward: net.ipv4.conf.r0.forwarding is 0. It was switched off in r itself.
# cure: ip netns exec r sysctl -w net.ipv4.ip_forward=1
source ./router.inc
ways
ip netns exec r sysctl -qw net.ipv4.ip_forward=0
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
