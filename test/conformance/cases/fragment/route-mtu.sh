# pins: a route's own MTU; locked, it forbids DF
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add 10.0.0.2 dev va mtu 800
ip netns exec a ping -c1 -W1 -s 1000 -M do 10.0.0.2; echo $?
ip netns exec a ping -c1 -W1 -s 1000 10.0.0.2 | sed -n 2p
ip -n a route change 10.0.0.2 dev va mtu lock 800
ip netns exec a ping -c1 -W1 -s 1000 10.0.0.2 | sed -n 2p
ip -n a route get 10.0.0.2
