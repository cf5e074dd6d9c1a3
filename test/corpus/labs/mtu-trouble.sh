#!/bin/bash
set -e
# A narrow link in the middle: path MTU discovery
for n in a m b; do ip netns add $n; done
ip link add am netns a mtu 1500 type veth peer name ma netns m
ip link add mb netns m mtu 1300 type veth peer name bm netns b mtu 1300
ip -n a addr add 10.1.0.1/24 dev am
ip -n m addr add 10.1.0.2/24 dev ma
ip -n m addr add 10.2.0.2/24 dev mb
ip -n b addr add 10.2.0.1/24 dev bm
for x in a:am m:ma m:mb b:bm; do ip -n ${x%:*} link set ${x#*:} up; done
ip -n a route add default via 10.1.0.2
ip -n b route add default via 10.2.0.2
ip -n m link show mb | grep -o 'mtu [0-9]*'
ip netns exec a ping -c 1 -s 1200 -M do 10.2.0.1 | grep received
ip netns exec a ping -c 1 -s 1400 -M do 10.2.0.1 || echo "too big ($?)"
ip netns exec a ping -c 1 -s 1400 -M do 10.2.0.1 || echo "known by now ($?)"
ip -n a route get 10.2.0.1 | grep -o 'mtu [0-9]*'
ip netns exec a ping -c 1 -s 2000 10.2.0.1 | grep -o '[0-9]* bytes from'
ip netns exec a tracepath -n 10.2.0.1 | sed -E 's/ +[0-9.]+ms//'
ip -n a route flush cache
ip -n a route get 10.2.0.1 | grep -c mtu || true
ip netns exec m iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
ip netns exec m iptables -t mangle -S FORWARD
mkdir -p w; head -c 20000 /dev/zero | tr '\0' x > w/big
(cd w; ip netns exec b python3 -m http.server 80 > /dev/null 2>&1) & web=$!
sleep 0.7
ip netns exec a curl -s -o got 10.2.0.1/big && wc -c < got
cmp got w/big 2>/dev/null && echo same || ls -l got | awk '{print $5}'
ip netns exec m iptables -t mangle -nvxL FORWARD | awk 'END {print ($1 > 0) ? "clamped" : "not clamped"}'
kill $web; ip netns pids b | xargs -r kill 2>/dev/null; wait || true
