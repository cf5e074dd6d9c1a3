#!/bin/bash
# dies: r NETFILTER_DROP
# because: which r let through (conntrack says ESTABLISHED), but
# cure: ip netns exec r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
source ./router.inc
ways
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec r iptables -P FORWARD DROP
ip netns exec r iptables -A FORWARD -i r0 -j ACCEPT
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
