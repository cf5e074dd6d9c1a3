# pins: scope decides which source a route may have, and which next hops are valid (fib_check_nh)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 169.254.1.1/16 scope link dev va
ip -n a route add 10.50.0.0/16 dev va scope host; echo $?
ip -n a route add 10.51.0.0/16 dev va scope global; echo $?
ip -n a route add 10.52.0.0/16 via 10.0.0.2 scope link; echo $?
ip -n a route add 10.53.0.0/16 via 10.51.0.1; echo $?
ip -n a route add 10.54.0.0/16 via 10.0.0.1; echo $?
ip -n a route add 10.55.0.0/16 via 10.0.0.255; echo $?
ip -n a route add 10.56.0.0/16 via 224.0.0.1; echo $?
ip -n a route add 10.57.0.0/16 via 169.254.7.7; ip -n a route get 10.57.0.1
ip -n a route
