# pins: a neighbour that answered is REACHABLE for base_reachable_time, then STALE
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -w net.ipv4.neigh.va.base_reachable_time_ms=300
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n a neigh | grep -o '[A-Z]*$\|[A-Z]* *$'
sleep 1
ip -n a neigh | grep -o '[A-Z]* *$'
