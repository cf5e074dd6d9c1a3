# pins: the mark of ping -m is seen by rules
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a iptables -t mangle -A OUTPUT -m mark --mark 5
ip netns exec a ping -c1 -m 5 10.0.0.2 | sed -n 2p
