#!/bin/bash
# Watching both sides of a NAT with tcpdump -l
set -u
ip netns add in; ip netns add gw; ip netns add ex
ip link add i0 netns in type veth peer name g0 netns gw
ip link add x0 netns ex type veth peer name g1 netns gw
ip -n in addr add 10.0.0.5/24 dev i0; ip -n in link set i0 up; ip -n in route add default via 10.0.0.1 2>/dev/null
ip -n gw addr add 10.0.0.1/24 dev g0; ip -n gw link set g0 up
ip -n gw addr add 192.0.2.1/24 dev g1; ip -n gw link set g1 up
ip -n ex addr add 192.0.2.9/24 dev x0; ip -n ex link set x0 up
ip netns exec gw iptables -t nat -A POSTROUTING -o g1 -j SNAT --to-source 192.0.2.1
ip netns exec gw tcpdump -l -n -t -i g0 -c 2 icmp > side0.txt 2> side0.err &
A=$!
ip netns exec gw timeout 5 tcpdump -l -n -t -i g1 -c 2 icmp > side1.txt 2>/dev/null &
B=$!
ip netns exec gw timeout 3 tcpdump -l -i any -n -q -t tcp port 7777 > any.txt 2>/dev/null &
C=$!
sleep 0.8
ip netns exec in ping -c 1 -W 1 192.0.2.9 > /dev/null
wait $A $B
echo "rc $?"
echo "inside:";  sed 's/id [0-9]*/id N/' side0.txt
echo "outside:"; sed 's/id [0-9]*/id N/' side1.txt
grep -v 'packets captured\|^$' side0.err
( echo "hello from inside"; sleep 0.2 ) | ip netns exec in nc -w 1 192.0.2.9 7777; echo "nc: $?"
wait $C; echo "timeout says $?"
[ $(grep -c "tcp 0" any.txt) -ge 2 ] && echo "seen on any"
rm -f side?.txt side0.err any.txt
