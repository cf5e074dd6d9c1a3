#!/bin/bash
# dies: r IP_INADDRERRORS
# because: It was switched on for the host after r had been made: a namespace copies the setting when it is made, and never again.
# cure: ip netns exec r sysctl -w net.ipv4.ip_forward=1
sysctl -qw net.ipv4.ip_forward=0
source ./router.inc
ways
sysctl -qw net.ipv4.ip_forward=1
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
