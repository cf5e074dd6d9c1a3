# pins: a stale neighbour that is used is DELAY; without a word from it, it is asked directly after delay_first_probe_time
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -w net.ipv4.neigh.va.base_reachable_time_ms=300 net.ipv4.neigh.va.delay_first_probe_time=1
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
sleep 1
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n a neigh | grep -o '[A-Z]* *$'
ip netns exec b timeout 1.6 tcpdump -c2 -tnli vb arp 2>/dev/null
