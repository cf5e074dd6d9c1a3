#!/bin/bash
# dies: a NETFILTER_DROP
# because: The policy of OUTPUT in a is DROP, and OUTPUT has no rule.
# cure: ip netns exec a iptables -A OUTPUT -p icmp -j ACCEPT
source ./router.inc
ways
ip netns exec a iptables -P OUTPUT DROP
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
