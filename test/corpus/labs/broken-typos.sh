#!/bin/bash
# The mistakes that everybody makes once. Linux's answers, one by one.
try() { echo "\$ $*"; "$@"; echo "   -> $?"; }
ip netns add a
try ip netns add a
try ip netns del nosuch
try ip netns exec nosuch ip a
try ip netns exec a nosuchprogram
try ip link add v0 type veth peer name v0
ip link add v0 type veth peer name v1
try ip link add v0 type veth peer name v2
try ip link set v9 netns a
try ip link set v1 netns nowhere
try ip link set v1 netns a
try ip addr add 10.0.0.1/24 dev v1
try ip addr add 10.0.0.300/24 dev v0
try ip addr add 10.0.0.1/33 dev v0
try ip addr add 10.0.0.1/24 v0
try ip addr add 10.0.0.1/24 dev v0
try ip addr add 10.0.0.1/24 dev v0
try ip addr del 10.0.0.9/24 dev v0
try ip route add default via 10.0.0.2
try ip link set v0 up
try ip route add default via 10.0.0.2
try ip route add default via 10.0.0.2
try ip route add 10.5.0.0/16 via 192.168.77.1
try ip route add 10.5.0.1/16 via 10.0.0.2
try ip route del 10.6.0.0/16
try ip link set v0 mtu 10
try ip link set v0 name lo
try ip link set lo master v0
try ip link del lo
try ip lnk show
try ip link add
try ip netns exec a iptables -A INPUTT -j DROP
try ip netns exec a iptables -A INPUT -j DORP
try ip netns exec a iptables -A INPUT --dport 80 -j DROP
try ip netns exec a iptables -D INPUT -j DROP
try ip netns exec a iptables -t nta -L
try ip netns exec a ping -c1 10.0.0.1
try ping -c1 nosuchhost.invalid
try sysctl -w net.ipv4.nosuch=1
try brctl addif br9 v0
try ifconfig v9
