#!/bin/bash
# dies: r NETFILTER_DROP
# because: Rule 2 of FORWARD in r dropped it: -p icmp -j DROP
# cure: ip netns exec r iptables -D FORWARD 2
source ./router.inc
ways
ip netns exec r iptables -A FORWARD -p tcp -j ACCEPT
ip netns exec r iptables -A FORWARD -p icmp -j DROP
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
