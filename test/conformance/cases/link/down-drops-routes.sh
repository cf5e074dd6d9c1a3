# pins: a device that goes down loses its routes, and only the connected ones come back (fib_disable_ip)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add 10.9.0.0/16 via 10.0.0.2; ip -n a route add default via 10.0.0.2
ip -n a link set va down
ip -n a route show table all type unicast; ip -n a -4 route show table local
ip -n a link set va up
ip -n a -4 route show table all
