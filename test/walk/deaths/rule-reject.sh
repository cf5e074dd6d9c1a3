#!/bin/bash
# dies: r NETFILTER_DROP
# because: Rule 1 of FORWARD in r refused it and told the sender (icmp-port-unreachable): -p icmp -j REJECT
# cure: ip netns exec r iptables -D FORWARD 1
source ./router.inc
ways
ip netns exec r iptables -A FORWARD -p icmp -j REJECT
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
