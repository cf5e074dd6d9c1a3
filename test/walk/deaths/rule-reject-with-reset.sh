#!/bin/bash
# dies: b NETFILTER_DROP
# because: Rule 1 of INPUT in b refused it and told the sender (tcp-reset)
# cure: ip netns exec b iptables -D INPUT 1
source ./router.inc
ways
serve b 80
ip netns exec b iptables -A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset
try() { ip netns exec a curl -s -m 2 10.0.2.2; }
try
