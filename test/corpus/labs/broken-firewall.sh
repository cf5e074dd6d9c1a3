#!/bin/bash
# Why is the page not coming? A lab of four faults, mended one by one.
ip netns add client; ip netns add fw; ip netns add server
ip link add c type veth peer name fc; ip link set c netns client; ip link set fc netns fw
ip link add s type veth peer name fs; ip link set s netns server; ip link set fs netns fw
ip netns exec client ip addr add 10.1.0.2/24 dev c
ip netns exec fw ip addr add 10.1.0.1/24 dev fc
ip netns exec fw ip addr add 10.2.0.1/24 dev fs
ip netns exec server ip addr add 10.2.0.2/24 dev s
for x in "client c" "fw fc" "fw fs" "server s"; do set -- $x; ip netns exec $1 ip link set $2 up; done
ip netns exec client ip route add default via 10.1.0.1
ip netns exec fw iptables -P FORWARD DROP
mkdir -p /tmp/site; echo "<h1>at last</h1>" > /tmp/site/index.html
cd /tmp/site
ip netns exec server python3 -m http.server 80 >/dev/null 2>&1 &
WEB=$!
sleep 0.6
attempt() {
	echo "== $1"
	ip netns exec client curl -sS --connect-timeout 1 http://10.2.0.2/ 2>&1 | sed 's/[0-9]* m\(illi\)\?s/N ms/'
	echo "   -> ${PIPESTATUS[0]}"
}
attempt "nothing works"
ip netns exec fw iptables -A FORWARD -p tcp --dport 80 -j ACCEPT
attempt "out is open, back is not"
ip netns exec fw iptables -A FORWARD -p tcp --sport 80 -j ACCEPT
attempt "the server knows no way back"
ip netns exec server ip route add 10.1.0.0/24 via 10.2.0.1
attempt "and now"
ip netns exec fw iptables -I FORWARD -p tcp --dport 80 -j REJECT
attempt "rejected"
ip netns exec fw iptables -R FORWARD 1 -p tcp --dport 80 -j REJECT --reject-with icmp-admin-prohibited
attempt "prohibited"
ip netns exec fw iptables -R FORWARD 1 -p tcp --dport 80 -j REJECT --reject-with tcp-reset
attempt "reset"
ip netns exec fw iptables -D FORWARD 1
kill $WEB; wait $WEB 2>/dev/null
attempt "the server is gone"
ip netns exec fw iptables -nvL FORWARD | awk 'NR > 2 {print $3, $NF}'
rm -rf /tmp/site
