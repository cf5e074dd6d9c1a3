# pins: moving a device to another namespace takes it down and drops its addresses, routes and neighbours (__dev_change_net_namespace)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -c1 -W1 10.0.0.2 >/dev/null
ip netns add c
ip -n a link set va netns c; echo $?
ip -n a -br link
ip -n c -4 addr show va
ip -n c -o link show va | sed 's/link.ether.*//'
