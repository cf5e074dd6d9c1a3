#!/bin/bash
# dies: r NETFILTER_DROP
# because: Its destination was 10.0.2.1:8080 before DNAT: the chain sees 10.0.1.2:80.
# cure: ip netns exec r iptables -I FORWARD 1 -i r1 -p tcp -d 10.0.1.2 --dport 80 -j ACCEPT
source ./router.inc
ways
serve a 80
ip netns exec r iptables -A FORWARD -i r1 -j REJECT
ip netns exec r iptables -t nat -A PREROUTING -i r1 -p tcp --dport 8080 -j DNAT --to-destination 10.0.1.2:80
try() { ip netns exec b curl -s -m 2 10.0.2.1:8080; }
try
