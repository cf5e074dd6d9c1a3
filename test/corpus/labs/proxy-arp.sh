#!/bin/bash
# One subnet on two wires, glued by a router that answers ARP for the other side
set -e
ip netns add n1 ; ip netns add mid ; ip netns add n2
ip link add n1-m type veth peer name m-n1
ip link add n2-m type veth peer name m-n2
ip link set n1-m netns n1 ; ip link set m-n1 netns mid
ip link set n2-m netns n2 ; ip link set m-n2 netns mid
ip netns exec n1 ifconfig n1-m 172.20.0.10 netmask 255.255.255.0 up
ip netns exec n2 ifconfig n2-m 172.20.0.20 netmask 255.255.255.0 up
ip netns exec mid ip link set m-n1 up
ip netns exec mid ip link set m-n2 up
ip netns exec mid ip route add 172.20.0.10/32 dev m-n1
ip netns exec mid ip route add 172.20.0.20/32 dev m-n2
ip netns exec mid sysctl -w net.ipv4.ip_forward=1 >/dev/null
ip netns exec n1 ping -c 1 -W 1 172.20.0.20 || echo "not yet"
ip netns exec mid bash -c 'for i in m-n1 m-n2; do echo 1 > /proc/sys/net/ipv4/conf/$i/proxy_arp; done'
ip netns exec n1 ip neigh flush all
ip netns exec n1 ping -c 2 -W 2 172.20.0.20 | grep -c 'ttl=63'
# Both neighbours must have the router's MAC
m=$(ip netns exec mid cat /sys/class/net/m-n1/address)
ip netns exec n1 ip neigh show 172.20.0.20 | grep -q "$m" && echo "n1 thinks the router is n2"
ip netns exec n1 ifconfig n1-m | grep -o 'inet .*'
