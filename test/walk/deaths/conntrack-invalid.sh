#!/bin/bash
# dies: r NETFILTER_DROP
# because: It answers a SYN that r never saw (the request went another way): conntrack of r calls it INVALID, and rule 1 of FORWARD drops such packets
# cure: ip netns exec r iptables -D FORWARD 1
source ./router.inc
ways
serve b 80
ip netns exec r iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
# What a sends goes straight to b; what b answers goes through r.
ip link add a1 netns a type veth peer name b1 netns b
ip -n a addr add 10.0.3.1/24 dev a1
ip -n b addr add 10.0.3.2/24 dev b1
ip -n a link set a1 up
ip -n b link set b1 up
ip -n a route add 10.0.2.2 via 10.0.3.2 src 10.0.1.2
try() { ip netns exec a curl -s -m 2 10.0.2.2; }
try
