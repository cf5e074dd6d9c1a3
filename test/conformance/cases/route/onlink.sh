# pins: onlink takes the gateway at its word
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n b addr add 172.31.0.1/32 dev vb; ip -n b link set lo up
ip -n a route add default via 172.31.0.1; echo $?
ip -n a route add default via 172.31.0.1 dev va onlink; echo $?
ip -n a route
ip netns exec a ping -c1 -W1 172.31.0.1 | sed -n 2p
