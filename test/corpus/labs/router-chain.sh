#!/bin/bash
# h1 -- r1 -- r2 -- r3 -- h2, static routes

declare -a nodes=(h1 r1 r2 r3 h2)
for n in ${nodes[*]}; do
    ip netns add $n
    ip netns exec $n ip link set dev lo up
done

link() {   # link A B SUBNET : A gets .1, B gets .2
    local a=$1 b=$2 net=$3
    ip link add $a-$b type veth peer name $b-$a
    ip link set $a-$b netns $a
    ip link set $b-$a netns $b
    ip -n $a addr add $net.1/24 dev $a-$b
    ip -n $b addr add $net.2/24 dev $b-$a
    ip -n $a link set $a-$b up
    ip -n $b link set $b-$a up
}

link h1 r1 10.1.0
link r1 r2 10.2.0
link r2 r3 10.3.0
link r3 h2 10.4.0

for r in r1 r2 r3; do
    ip netns exec $r sysctl -w net.ipv4.ip_forward=1
done
ip -n h1 route add default via 10.1.0.2
ip -n h2 route add default via 10.4.0.1
ip -n r1 route add 10.4.0.0/24 via 10.2.0.2
ip -n r1 route add 10.3.0.0/24 via 10.2.0.2
ip -n r2 route add 10.1.0.0/24 via 10.2.0.1
ip -n r2 route add 10.4.0.0/24 via 10.3.0.2
ip -n r3 route add 10.0.0.0/8 via 10.3.0.1

ip netns exec h1 ping -c 2 -i 0.2 10.4.0.2
ip netns exec h1 traceroute -n 10.4.0.2 | sed 's/ *[0-9.]* ms//g'
ip netns exec h1 ping -c 1 -t 2 10.4.0.2
ip netns exec h1 tracepath -n 10.4.0.2 | sed 's/ *[0-9.]*ms//'
ip -n r2 route get 10.4.0.2 from 10.1.0.1 iif r2-r1
for n in ${nodes[@]}; do ip netns delete $n; done
