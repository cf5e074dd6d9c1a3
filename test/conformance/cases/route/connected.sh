# pins: connected, local and broadcast routes of addresses (fib_add_ifaddr)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.1.0.1/30 dev va; ip -n a addr add 10.2.0.1/31 dev va; ip -n a addr add 10.3.0.1/32 dev va
ip -n a addr add 10.4.0.1/24 brd + dev va; ip -n a addr add 10.5.0.1/24 brd 10.5.0.99 dev va; ip -n a addr add 10.6.0.1 peer 10.7.0.1/32 dev va
ip -n a addr add 10.8.0.1/24 dev va noprefixroute; ip -n a addr add 10.9.0.1/24 metric 77 dev va; ip -n a addr add 169.254.3.4/16 scope link dev va
ip -n a route show table all
