#!/bin/bash
# dies: r NETFILTER_DROP
# because: The policy of FORWARD in r is DROP, and the one rule asked in FORWARD does not accept it.
# cure: ip netns exec r iptables -A FORWARD -i r0 -p icmp -j ACCEPT
source ./router.inc
ways
ip netns exec r iptables -P FORWARD DROP
ip netns exec r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
