#!/bin/bash
# A client, a router and a web server that cannot be reached. Five things are wrong; find them, one after the other.
#
#   client 10.10.0.10 ── 10.10.0.1 router 10.20.0.1 ── 10.20.0.10 web

cd "$(dirname "${BASH_SOURCE[0]}")/www" || exit
for box in client router web; do
  ip netns add $box
  ip -n $box link set lo up
done
ip link add eth0 netns client type veth peer name to-client netns router
ip link add eth0 netns web type veth peer name to-web netns router
ip -n client addr add 10.10.0.10/24 dev eth0
ip -n router addr add 10.10.0.1/24 dev to-client
ip -n router addr add 10.20.0.1/24 dev to-web
ip -n web addr add 10.20.0.10/24 dev eth0
ip -n client link set eth0 up
ip -n router link set to-client up
ip -n router link set to-web up
ip -n web link set eth0 up
ip netns exec router sysctl -qw net.ipv4.ip_forward=0
ip netns exec router iptables -P FORWARD DROP
ip netns exec router iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
ip netns exec router iptables -A FORWARD -p tcp --dport 8080 -j ACCEPT
ip netns exec web python3 -m http.server 80 --bind 127.0.0.1 2>/dev/null &
sleep 1

echo "Does the web server answer?"
ip netns exec client curl -s -S -m 2 http://10.20.0.10/
