#!/bin/bash
# A home network behind a gateway that masquerades and lets in only what was asked for.
#
#   laptop 192.168.1.10 ┐
#                       ├ lan0 gateway wan0 203.0.113.2 ── 203.0.113.1 internet
#   server 192.168.1.20 ┘ 192.168.1.1 (a bridge)           198.51.100.7 on lo

echo "── Two machines at home, a gateway, and the internet"
for box in laptop server gateway internet; do
  ip netns add $box
  ip -n $box link set lo up
done
ip -n gateway link add lan0 type bridge
ip -n gateway link set lan0 up
ip -n gateway addr add 192.168.1.1/24 dev lan0
n=10
for box in laptop server; do
  ip link add eth0 netns $box type veth peer name to-$box netns gateway
  ip -n $box addr add 192.168.1.$n/24 dev eth0
  ip -n $box link set eth0 up
  ip -n gateway link set to-$box master lan0 up
  ip -n $box route add default via 192.168.1.1
  n=$((n + 10))
done
ip link add wan0 netns gateway type veth peer name eth0 netns internet
ip -n gateway addr add 203.0.113.2/24 dev wan0
ip -n internet addr add 203.0.113.1/24 dev eth0
ip -n internet addr add 198.51.100.7/32 dev lo
ip -n gateway link set wan0 up
ip -n internet link set eth0 up
ip -n gateway route add default via 203.0.113.1
ip netns exec gateway sysctl -qw net.ipv4.ip_forward=1

echo "── A stateful firewall: what home asks for, and its answers; nothing else"
ip netns exec gateway iptables-restore <<'RULES'
*nat
-A POSTROUTING -o wan0 -j MASQUERADE
-A PREROUTING -i wan0 -p tcp --dport 80 -j DNAT --to-destination 192.168.1.20:8080
COMMIT
*filter
:INPUT DROP
:FORWARD DROP
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -i lan0 -p icmp -j ACCEPT
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -i lan0 -o wan0 -j ACCEPT
-A FORWARD -i wan0 -p tcp -d 192.168.1.20 --dport 8080 -j ACCEPT
COMMIT
RULES

echo "── The laptop looks outside: it leaves with the gateway's address, and the answer comes back to it"
ip netns exec laptop ping -c 1 198.51.100.7
ip netns exec gateway conntrack -L 2>/dev/null

echo "── The internet looks inside: the gateway says nothing"
ip netns exec internet ping -c 1 -W 1 203.0.113.2

echo "── But port 80 of the gateway is the server's port 8080"
cd "$(dirname "${BASH_SOURCE[0]}")/www" || exit
ip netns exec server python3 -m http.server 8080 &
sleep 1
ip netns exec internet curl -s http://203.0.113.2/
kill $(ip netns pids server)
wait
