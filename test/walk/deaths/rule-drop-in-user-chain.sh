#!/bin/bash
# dies: r NETFILTER_DROP
# because: Rule 1 of guard in r dropped it: -s 10.0.1.0/24 -j DROP
# cure: ip netns exec r iptables -D guard 1
source ./router.inc
ways
ip netns exec r iptables -N guard
ip netns exec r iptables -A guard -s 10.0.1.0/24 -j DROP
ip netns exec r iptables -A FORWARD -i r0 -j guard
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
