#!/bin/bash
# dies: r NETFILTER_DROP
# because: DNAT turned its destination 10.0.2.1:8080 into 10.0.1.2:80, but none of the 2 rules asked in FORWARD accepts it for that destination
# cure: ip netns exec r iptables -A FORWARD -i r1 -p tcp -d 10.0.1.2 --dport 80 -j ACCEPT
source ./router.inc
ways
serve a 80
ip netns exec r iptables -P FORWARD DROP
ip netns exec r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
ip netns exec r iptables -t nat -A PREROUTING -i r1 -p tcp --dport 8080 -j DNAT --to-destination 10.0.1.2:80
# The address before DNAT: FORWARD never sees it.
ip netns exec r iptables -A FORWARD -p tcp -d 10.0.2.1 --dport 8080 -j ACCEPT
try() { ip netns exec b curl -s -m 2 10.0.2.1:8080; }
try
