#!/bin/bash -e
# A stateful firewall between an office and a DMZ

NS="office fw dmz"
for ns in $NS; do ip netns add $ns; ip -n $ns link set lo up; done
ip link add of0 netns office type veth peer name in0 netns fw
ip link add dm0 netns dmz type veth peer name dmz0 netns fw
ip -n office addr add 10.1.1.10/24 dev of0
ip -n fw addr add 10.1.1.1/24 dev in0
ip -n fw addr add 10.2.2.1/24 dev dmz0
ip -n dmz addr add 10.2.2.10/24 dev dm0
ip -n office link set of0 up; ip -n fw link set in0 up
ip -n fw link set dmz0 up;    ip -n dmz link set dm0 up
ip -n office route add default via 10.1.1.1
ip -n dmz route add default via 10.2.2.1

ip netns exec fw iptables-restore <<'RULES'
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:office-dmz - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -p icmp --icmp-type echo-request -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -i in0 -o dmz0 -j office-dmz
-A office-dmz -p icmp -j ACCEPT
-A office-dmz -p tcp -m multiport --dports 80,443 -j ACCEPT
-A office-dmz -p tcp -j REJECT --reject-with tcp-reset
COMMIT
RULES

echo "1. office pings the dmz";  ip netns exec office ping -c1 -q 10.2.2.10
echo "2. dmz pings the office";  ip netns exec dmz ping -c1 -W1 -q 10.1.1.10 || true
echo "3. both ping the firewall"
ip netns exec office ping -c1 -q 10.1.1.1 | grep received
ip netns exec dmz ping -c1 -q 10.2.2.1 | grep received
echo "4. ssh is reset"
ip netns exec office nc -v -n -z -w 2 10.2.2.10 22 || echo "nc: $?"
echo "5. the counters"
ip netns exec fw iptables -nvxL FORWARD
ip netns exec fw iptables -nvxL office-dmz --line-numbers
ip netns exec fw iptables-save -c | grep -v '^#'
for ns in $NS; do ip netns del $ns; done
