#!/bin/bash
# dies: r NETFILTER_DROP
# because: Rule 2 of FORWARD in r dropped it: -j DROP. It answers
# cure: ip netns exec r iptables -I FORWARD 2 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
source ./router.inc
ways
serve b 80
ip netns exec r iptables -A FORWARD -i r0 -j ACCEPT
ip netns exec r iptables -A FORWARD -j DROP
try() { ip netns exec a curl -s -m 2 10.0.2.2; }
try
