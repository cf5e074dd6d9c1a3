# pins: routes by a device that is down are refused
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link set va down
ip -n a route add 10.9.0.0/16 dev va; echo $?
ip -n a route add default via 10.0.0.2; echo $?
