#!/bin/bash
# dies: r NETFILTER_DROP
# because: Rule 1 of PREROUTING (table raw) in r dropped it: -p icmp -j DROP
# cure: ip netns exec r iptables -t raw -D PREROUTING 1
source ./router.inc
ways
ip netns exec r iptables -t raw -A PREROUTING -p icmp -j DROP
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
