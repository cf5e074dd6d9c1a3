#!/bin/bash
# dies: a NETFILTER_DROP
# because: which a sent, but INPUT has no rule, and the policy of INPUT is DROP: nothing there accepts ESTABLISHED.
# cure: ip netns exec a iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
source ./router.inc
ways
ip netns exec a iptables -P INPUT DROP
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
