#!/bin/bash
# Capture at the router, read the file back.
set -u
cap=router.pcap
for n in h1 rt h2; do ip netns add $n; done
ip link add e1 netns h1 type veth peer name r1 netns rt
ip link add e2 netns h2 type veth peer name r2 netns rt
ip -n h1 link set e1 address 02:00:00:00:01:01
ip -n h2 link set e2 address 02:00:00:00:02:01
ip -n rt link set r1 address 02:00:00:00:01:fe
ip -n rt link set r2 address 02:00:00:00:02:fe
ip -n h1 addr add 10.9.1.1/24 dev e1; ip -n h1 link set e1 up
ip -n h2 addr add 10.9.2.1/24 dev e2; ip -n h2 link set e2 up
ip -n rt addr add 10.9.1.254/24 dev r1; ip -n rt link set r1 up
ip -n rt addr add 10.9.2.254/24 dev r2; ip -n rt link set r2 up
ip -n h1 route add default via 10.9.1.254
ip -n h2 route add default via 10.9.2.254

ip netns exec rt tcpdump -i r2 -w $cap -U -c 4 'arp or icmp' 2>/dev/null &
dump=$!
sleep 0.8
ip netns exec h1 ping -c 1 -W 1 10.9.2.1 | head -n 2
wait $dump
echo "tcpdump ended with $?"
tcpdump -r $cap -n -t 2>/dev/null
echo "--- with link headers"
tcpdump -r $cap -n -t -e icmp 2>/dev/null
echo "--- verbose"
tcpdump -r $cap -ntv 'icmp[icmptype] == icmp-echo' 2>/dev/null | sed -E 's/id [0-9]+,/id N,/g'
echo "--- only arp"
tcpdump -r $cap -n -t arp 2>/dev/null | wc -l
ls $cap
rm -f $cap
