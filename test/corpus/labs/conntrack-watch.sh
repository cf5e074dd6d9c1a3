#!/bin/bash
ip netns add cl; ip netns add rt; ip netns add sv
ip link add cl0 netns cl type veth peer name rt0 netns rt
ip link add sv0 netns sv type veth peer name rt1 netns rt
ip -n cl addr add 10.1.0.2/24 dev cl0 && ip -n cl link set cl0 up
ip -n rt addr add 10.1.0.1/24 dev rt0 && ip -n rt link set rt0 up
ip -n rt addr add 10.2.0.1/24 dev rt1 && ip -n rt link set rt1 up
ip -n sv addr add 10.2.0.2/24 dev sv0 && ip -n sv link set sv0 up
ip -n cl route add default via 10.1.0.1; ip -n sv route add default via 10.2.0.1
ip netns exec rt iptables -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j ACCEPT
ip netns exec rt iptables -t nat -A POSTROUTING -o rt1 -j MASQUERADE
echo "hello from the server" > motd
ip netns exec sv python3 -m http.server 8000 > /dev/null 2>&1 &
S=$!
sleep 0.7
ip netns exec cl ping -c 1 10.2.0.2 > /dev/null
ip netns exec cl curl -s 10.2.0.2:8000/motd
strip() { sed -E 's/^([a-z]+ +[0-9]+) [0-9]+ /\1 T /; s/sport=[0-9]{5}/sport=S/; s/dport=[0-9]{5}/dport=D/; s/id=[0-9]+/id=I/g'; }
ip netns exec rt conntrack -L -p tcp 2>/dev/null | strip
ip netns exec rt conntrack -L -p icmp 2>/dev/null | strip
ip netns exec rt conntrack -C
ip netns exec rt conntrack -D -p icmp 2>&1 | tail -1
ip netns exec rt conntrack -L -d 10.2.0.2 2>&1 >/dev/null
ip netns exec rt conntrack -F 2>&1
ip netns exec rt conntrack -L 2>&1 | tail -1
ip netns exec rt cat /proc/sys/net/netfilter/nf_conntrack_count
ip netns exec rt sysctl -n net.netfilter.nf_conntrack_icmp_timeout
kill $S; wait $S 2>/dev/null
ip netns exec sv ss -tln | awk 'NR > 1' | wc -l
