#!/bin/bash
# Equal-cost paths: two routers between two hosts
for n in src ra rb dst; do ip netns add $n; ip netns exec $n ip link set lo up; done
wire() { ip link add $2 netns $1 type veth peer name $5 netns $4
  ip -n $1 addr add $3 dev $2; ip -n $1 link set $2 up
  ip -n $4 addr add $6 dev $5; ip -n $4 link set $5 up; }
wire src sa 10.0.1.1/30 ra as 10.0.1.2/30
wire src sb 10.0.2.1/30 rb bs 10.0.2.2/30
wire dst da 10.0.3.1/30 ra ad 10.0.3.2/30
wire dst db 10.0.4.1/30 rb bd 10.0.4.2/30
ip -n dst addr add 172.30.0.1/32 dev lo
ip -n src addr add 172.31.0.1/32 dev lo
ip -n ra route add 172.30.0.1 via 10.0.3.1
ip -n rb route add 172.30.0.1 via 10.0.4.1
ip -n ra route add 172.31.0.1 via 10.0.1.1
ip -n rb route add 172.31.0.1 via 10.0.2.1
ip -n src route add 172.30.0.1 src 172.31.0.1 \
    nexthop via 10.0.1.2 dev sa weight 1 \
    nexthop via 10.0.2.2 dev sb weight 1
ip -n dst route add 172.31.0.1 nexthop via 10.0.3.2 nexthop via 10.0.4.2 weight 3

ip -n src route
ip -n dst route show 172.31.0.1
ip netns exec src ping -c 2 -i 0.2 -q 172.30.0.1 | sed -n '1p;/loss/s/,[^,]*$//p'
echo "one way is cut:"
ip -n src link set sb down
sleep 1.2; ip -n src route show 172.30.0.1
ip -n ra link set as down
sleep 1.2; ip -n src route show 172.30.0.1
ip netns exec src ping -c 1 -W 1 172.30.0.1
echo "rc $?"
