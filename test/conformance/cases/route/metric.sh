# pins: of the same prefix the lowest metric wins
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add 10.9.0.0/16 via 10.0.0.3 metric 10; ip -n a route add 10.9.0.0/16 via 10.0.0.4 metric 5; ip -n a route add 10.9.0.0/16 via 10.0.0.5 metric 20
ip -n a route get 10.9.0.1
ip -n a route del 10.9.0.0/16 metric 5; ip -n a route get 10.9.0.1
ip -n a route del 10.9.0.0/16; ip -n a route get 10.9.0.1
ip -n a route
