# pins: retrans_time_ms is the time between requests
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -w net.ipv4.neigh.va.retrans_time_ms=100
ip netns exec a ping -c1 -W2 10.0.0.9 | sed -n 2p
ip -n a neigh
