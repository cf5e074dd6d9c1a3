# pins: routes go with the address that brought them, and those that prefer it as source (fib_sync_down_addr)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.0.0.5/24 dev va; ip -n a addr add 10.1.0.1/24 dev va
ip -n a route add 10.9.0.0/16 via 10.0.0.2 src 10.1.0.1; ip -n a route add 10.8.0.0/16 via 10.1.0.2; ip -n a route add 10.7.0.0/16 via 10.0.0.2
ip -n a addr del 10.1.0.1/24 dev va
ip -n a route
ip -n a addr del 10.0.0.1/24 dev va
ip -n a -4 addr show va
ip -n a -4 route show table all
