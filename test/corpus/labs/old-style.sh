#!/bin/sh
# The net-tools way, for those who learned it in 1999.
ip netns add pc1
ip netns add pc2
ip netns add gw
brctl addbr lan
brctl stp lan off
brctl setfd lan 0
for p in pc1 pc2 gw
do
	ip link add tap-$p type veth peer name eth0
	ip link set eth0 netns $p
	brctl addif lan tap-$p
	ifconfig tap-$p up
done
ifconfig lan up
ip netns exec pc1 ifconfig eth0 192.168.50.11 netmask 255.255.255.0 up
ip netns exec pc2 ifconfig eth0 192.168.50.12/24
ip netns exec gw  ifconfig eth0 192.168.50.1 broadcast 192.168.50.255 netmask 255.255.255.0 mtu 1400 up
ip netns exec gw  ifconfig lo 127.0.0.1 up
ip netns exec gw  ifconfig eth0:1 192.168.51.1 netmask 255.255.255.0
ip netns exec pc1 route add default gw 192.168.50.1
ip netns exec pc2 route add -net 192.168.51.0 netmask 255.255.255.0 gw 192.168.50.1
ip netns exec pc2 route add -host 10.9.9.9 gw 192.168.50.11
ip netns exec pc1 route -n
ip netns exec pc2 route -n
ip netns exec pc1 ping -c 2 -i 0.2 192.168.51.1
ip netns exec pc2 ping -c 1 192.168.51.1 | grep ttl
ip netns exec pc1 arp -n | awk 'NR==1 || /ether/ {print $1, $2}'
ip netns exec pc2 route del -host 10.9.9.9
ip netns exec pc2 route del default 2>&1
ip netns exec gw ifconfig eth0 | grep -E 'mtu|inet '
ip netns exec gw ifconfig eth0:1 | sed -n 1,2p
ip netns exec pc1 arp -s 192.168.50.99 02:02:02:02:02:02
ip netns exec pc1 arp -an | grep PERM
ip netns exec pc1 arp -d 192.168.50.99
brctl show lan | awk 'NR>1 {print $NF}'
ifconfig lan down
brctl delbr lan
brctl show
