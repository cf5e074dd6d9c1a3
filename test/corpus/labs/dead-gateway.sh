#!/bin/bash
# The gateway does not answer ARP: what the sender sees
ip netns add pc && ip netns add gw
ip link add pc0 type veth peer gw0
ip link set pc0 netns pc ; ip link set gw0 netns gw
ip netns exec pc ip addr add 10.0.0.2/24 dev pc0 ; ip netns exec pc ip link set pc0 up
ip netns exec gw ip link set gw0 up
ip netns exec pc ip route add default via 10.0.0.1
ip netns exec pc ping -c 2 -W 1 8.8.8.8
ip netns exec pc ip neigh show
ip netns exec pc curl -s -m 5 http://10.0.0.1/ ; echo "curl $?"
ip netns exec gw ip addr add 10.0.0.1/24 dev gw0
ip netns exec gw sysctl -qw net.ipv4.icmp_echo_ignore_all=1
ip netns exec pc ping -c 1 -W 1 10.0.0.1 ; echo "ignored: $?"
ip netns exec gw sysctl -qw net.ipv4.icmp_echo_ignore_all=0
ip netns exec pc ping -c 1 -W 1 10.0.0.1 | head -2
ip netns exec pc arping -c 2 -w 3 -I pc0 10.0.0.1 | sed -E 's/\[.*\]/[MAC]/; s/ [0-9.]+ms/ T/'
ip netns exec gw ip link set gw0 down
ip netns exec pc ip route show
ip netns exec pc ping -c 1 -W 1 10.0.0.1 ; echo "no carrier: $?"
