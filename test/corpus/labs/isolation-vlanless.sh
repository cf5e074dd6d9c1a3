#!/bin/bash -eu
# Two tenants on two bridges: same addresses, no way between.
for t in red blue; do
	ip link add br-$t type bridge
	ip link set br-$t up
	for h in a b; do
		ns=$t-$h
		ip netns add $ns
		ip link add tap-$ns type veth peer name eth0 netns $ns
		ip link set tap-$ns master br-$t
		ip link set tap-$ns up
		ip netns exec $ns ip link set eth0 up
		[ $h = a ] && last=1 || last=2
		ip netns exec $ns ip addr add 10.0.0.$last/8 dev eth0
	done
done
ip -o link show type bridge | awk -F': ' '{print $2}'
bridge link show | awk '{print $2, $7}' | sort
for t in red blue; do
	ip netns exec $t-a ping -c 1 -w 2 10.0.0.2 | sed -n 2p
	m=$(ip netns exec $t-b cat /sys/class/net/eth0/address)
	n=$(ip netns exec $t-a ip neigh show 10.0.0.2 | awk '{print $5}')
	[ "$m" = "$n" ] && echo "$t-a talks to its own $t-b"
done
ip link set tap-red-b nomaster
ip netns exec red-a ip neigh flush dev eth0
ip netns exec red-a ping -c 1 -w 1 10.0.0.2 || echo "unplugged ($?)"
ip link set tap-red-b master br-blue
ip netns exec red-b ip addr flush dev eth0
ip netns exec red-b ip addr add 10.0.0.3/8 dev eth0
ip netns exec red-b ping -c 1 -w 1 -q 10.0.0.1 | grep rec
for t in red blue; do ip link delete br-$t type bridge; done
ip -br link | awk '{print $1}' | sort
