#!/bin/bash
# A home router: LAN behind masquerade.
set -e

sudo ip netns add lan-pc
sudo ip netns add home
sudo ip netns add internet

sudo ip link add pc0 type veth peer name lan0
sudo ip link set pc0 netns lan-pc
sudo ip link set lan0 netns home
sudo ip link add wan0 type veth peer name isp0
sudo ip link set wan0 netns home
sudo ip link set isp0 netns internet

sudo ip netns exec lan-pc ip addr add 192.168.1.10/24 dev pc0
sudo ip netns exec lan-pc ip link set pc0 up
sudo ip netns exec lan-pc ip link set lo up
sudo ip netns exec lan-pc ip route add default via 192.168.1.1
sudo ip netns exec home ip addr add 192.168.1.1/24 dev lan0
sudo ip netns exec home ip addr add 203.0.113.7/24 dev wan0
sudo ip netns exec home ip link set lan0 up
sudo ip netns exec home ip link set wan0 up
sudo ip netns exec internet ip addr add 203.0.113.1/24 dev isp0
sudo ip netns exec internet ip link set isp0 up

sudo ip netns exec home sysctl -q -w net.ipv4.ip_forward=1

echo "Without NAT:"
sudo ip netns exec lan-pc ping -c 1 -W 1 203.0.113.1 || echo "no answer, as it should be"

sudo ip netns exec home iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o wan0 -j MASQUERADE
echo "With NAT:"
sudo ip netns exec lan-pc ping -c 2 -i 0.3 203.0.113.1
sudo ip netns exec home iptables -t nat -L POSTROUTING -n -v
sudo ip netns exec home conntrack -L 2>&1 | sed 's/icmp     1 [0-9]*/icmp     1 N/'

sudo ip netns del lan-pc
sudo ip netns del home
sudo ip netns del internet
