#!/bin/bash
# Three hosts on one switch. The switch is a bridge in a namespace of its own.
#
#   ann 10.0.0.1 ── port1 ┐
#   bob 10.0.0.2 ── port2 ┼ br0 (switch)
#   eve 10.0.0.3 ── port3 ┘

echo "── A bridge, and three cables to it"
ip netns add switch
ip -n switch link add br0 type bridge
ip netns exec switch sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.br0.disable_ipv6=1
ip -n switch link set br0 up
n=0
for host in ann bob eve; do
  n=$((n + 1))
  ip netns add $host
  ip netns exec $host sysctl -qw net.ipv6.conf.default.disable_ipv6=1 # IPv6 speaks unasked, and the switch would learn
  ip link add eth0 netns $host type veth peer name port$n netns switch
  ip -n $host addr add 10.0.0.$n/24 dev eth0
  ip -n $host link set lo up
  ip -n $host link set eth0 up
  ip -n switch link set port$n master br0
  ip -n switch link set port$n up
done

echo "── The switch has learned nobody yet"
ip netns exec switch bridge fdb show br br0 dynamic

echo "── ann asks who has bob's address: the question goes to every port, the answer to one"
ip netns exec ann ping -c 1 10.0.0.2

echo "── Now the switch knows behind which ports ann and bob are"
ip netns exec switch bridge fdb show br br0 dynamic

echo "── A port that learns nothing, and whose entries are gone: what is for ann goes to all, eve too"
ip netns exec switch bridge link set dev port1 learning off
ip -n switch link set port1 down
ip -n switch link set port1 up
ip netns exec bob ping -c 1 10.0.0.1

echo "── Two that may not talk to each other: isolated ports"
ip netns exec switch bridge link set dev port1 learning on
ip netns exec switch bridge link set dev port1 isolated on
ip netns exec switch bridge link set dev port3 isolated on
ip netns exec ann ping -c 1 -W 1 10.0.0.2
ip netns exec eve ping -c 1 -W 4 10.0.0.1
