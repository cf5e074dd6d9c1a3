# pins: ping 0.0.0.0 is this host
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link set lo up
ip netns exec a ping -c1 -W1 0.0.0.0 | sed -n 1,2p
ip netns exec a ping -c1 -W1 0 | sed -n 1,2p
ip netns exec b ping -c1 -W1 0.0.0.0; echo $?
