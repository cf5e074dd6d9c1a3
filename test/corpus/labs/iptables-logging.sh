#!/bin/bash
# LOG before DROP, and read the kernel's log
ip netns add fw
ip netns add bad
ip link add ext0 netns fw type veth peer name out0 netns bad
ip -n fw addr add 10.66.6.1/24 dev ext0
ip -n bad addr add 10.66.6.6/24 dev out0
ip -n fw link set ext0 address 02:00:00:00:00:01
ip -n bad link set out0 address 02:00:00:00:00:06
ip -n fw link set ext0 up
ip -n bad link set out0 up

IPT="ip netns exec fw iptables"
$IPT -N LOGDROP
$IPT -A LOGDROP -m limit --limit 5/min --limit-burst 3 -j LOG --log-prefix "fw-drop: " --log-level 4
$IPT -A LOGDROP -j DROP
$IPT -A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT
$IPT -A INPUT -p icmp --icmp-type 8 -m limit --limit 1/s --limit-burst 2 -j ACCEPT
$IPT -A INPUT -p tcp --syn --dport 22 -m comment --comment "ssh: never from here" -j REJECT
$IPT -A INPUT -j LOGDROP
$IPT -P INPUT DROP

ip netns exec bad ping -c 4 -i 0.2 -W 1 -q 10.66.6.1 | grep transmitted | cut -d, -f1-3
ip netns exec bad nc -z -w 1 10.66.6.1 22; echo "ssh: $?"
ip netns exec bad nc -z -w 1 10.66.6.1 23; echo "telnet: $?"
echo x | ip netns exec bad nc -u -w 1 10.66.6.1 53
$IPT -L -n --line-numbers
$IPT -nvL LOGDROP | awk 'NR > 2 {print ($1 > 0), $3}'
$IPT -Z
$IPT -nvxL INPUT | awk 'NR == 1 || NR > 2 {print $1, $2, $3}'
$IPT -D INPUT -p tcp --syn --dport 22 -m comment --comment "ssh: never from here" -j REJECT
$IPT -R INPUT 2 -p icmp -j ACCEPT
$IPT -I INPUT 1 -i lo -j ACCEPT
$IPT -S
$IPT -F; $IPT -X; $IPT -P INPUT ACCEPT; $IPT -S
