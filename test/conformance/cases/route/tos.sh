# pins: a route with a TOS is for packets with it
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add 10.9.0.0/16 via 10.0.0.3; ip -n a route add 10.9.0.0/16 tos 0x10 via 10.0.0.4
ip -n a route get 10.9.0.1; ip -n a route get 10.9.0.1 tos 0x10; ip -n a route get 10.9.0.1 tos 0x08
ip -n a route
