#!/bin/bash
# Two namespaces joined by one cable. The smallest lab there is.

ip netns add red
ip netns add blue
ip link add veth-red type veth peer name veth-blue
ip link set veth-red netns red
ip link set veth-blue netns blue

ip netns exec red ip addr add 192.168.15.1/24 dev veth-red
ip netns exec blue ip addr add 192.168.15.2/24 dev veth-blue
ip netns exec red ip link set veth-red up
ip netns exec blue ip link set veth-blue up

echo "--- neighbours before"
ip netns exec red ip neigh
echo "--- red pings blue"
ip netns exec red ping -c 3 -i 0.2 192.168.15.2
echo "--- neighbours after"
ip netns exec red arp -n
ip netns exec blue ip neigh show dev veth-blue | awk '{print $1, $NF != ""}'
echo "--- who routes what"
ip netns exec red route -n
ip netns exec blue ip route

ip -n red link del veth-red
ip netns exec blue ip link show
ip netns del red
ip netns del blue
ip netns list
