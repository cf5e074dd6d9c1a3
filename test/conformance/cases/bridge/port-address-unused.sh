# pins: an address on a port is of no use: its frames go to the bridge (rx_handler)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n b link add br0 type bridge; ip -n b link set br0 up
ip -n a addr add 10.0.0.1/24 dev va; ip -n a link set va up
ip -n b addr add 10.0.0.2/24 dev vb; ip -n b link set vb up
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n b link set vb master br0
ip -n a neigh flush all
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
