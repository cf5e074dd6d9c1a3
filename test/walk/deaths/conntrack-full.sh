#!/bin/bash
# dies: r NETFILTER_DROP
# because: The connection tracking table of r is full (net.netfilter.nf_conntrack_max = 2): no new connection is let in.
# cure: sysctl -w net.netfilter.nf_conntrack_max=262144
source ./router.inc
ways
ip netns exec r iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
sysctl -qw net.netfilter.nf_conntrack_max=2
for i in 1 2; do ip netns exec a ping -c 1 -W 1 10.0.2.2; done
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
