#!/bin/bash
# dies: b NETFILTER_DROP
# because: The policy of INPUT in b is DROP, and INPUT has no rule.
# cure: ip netns exec b iptables -A INPUT -i b0 -p icmp -j ACCEPT
source ./router.inc
ways
ip netns exec b iptables -P INPUT DROP
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
