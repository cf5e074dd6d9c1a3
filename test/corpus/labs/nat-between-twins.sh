#!/bin/bash
# Both companies use 192.168.1.0/24. NETMAP-free: each side is shown under another prefix, host by host.
set -o nounset
x() { ip netns exec "$@"; }
for n in acme border globex; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns acme type veth peer name toacme netns border
ip link add g0 netns globex type veth peer name toglobex netns border
ip -n acme addr add 192.168.1.10/24 dev a0; ip -n acme link set a0 up
ip -n globex addr add 192.168.1.10/24 dev g0; ip -n globex link set g0 up
ip -n border link set toacme up; ip -n border link set toglobex up
ip -n border addr add 192.168.1.1/32 dev lo
ip -n border route add 192.168.1.0/24 dev toacme table 1
ip -n border route add 192.168.1.0/24 dev toglobex table 2
ip -n border rule add fwmark 1 lookup 1 pref 100
ip -n border rule add fwmark 2 lookup 2 pref 101
x border sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.toacme.rp_filter=0 net.ipv4.conf.toglobex.rp_filter=0
x border sysctl -qw net.ipv4.conf.toacme.proxy_arp=1 net.ipv4.conf.toglobex.proxy_arp=1
ip -n acme route add 10.9.2.0/24 dev a0
ip -n globex route add 10.9.1.0/24 dev g0
x border iptables -t mangle -A PREROUTING -i toacme -d 10.9.2.0/24 -j MARK --set-mark 2
x border iptables -t mangle -A PREROUTING -i toglobex -d 10.9.1.0/24 -j MARK --set-mark 1
x border iptables -t nat -A PREROUTING -i toacme -d 10.9.2.10 -j DNAT --to-destination 192.168.1.10
x border iptables -t nat -A PREROUTING -i toglobex -d 10.9.1.10 -j DNAT --to-destination 192.168.1.10
x border iptables -t nat -A POSTROUTING -o toglobex -s 192.168.1.10 -j SNAT --to-source 10.9.1.10
x border iptables -t nat -A POSTROUTING -o toacme -s 192.168.1.10 -j SNAT --to-source 10.9.2.10
echo "rules:"; ip -n border rule show
x border iptables -t mangle -S PREROUTING
x border ip route get 192.168.1.10 mark 1 | head -1
x border ip route get 192.168.1.10 mark 2 | head -1
x acme ping -c 1 -W 2 10.9.2.10 | tail -n +2 | head -1
echo "marks seen: $(x border iptables -t mangle -nvxL PREROUTING | awk '/MARK/ {s += ($1 > 0)} END {print s}')"
x border iptables -t nat -nL | grep -c NAT
