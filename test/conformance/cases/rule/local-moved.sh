# pins: without the local table nothing is local
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a rule del lookup local; echo $?
ip netns exec b ping -c1 -W1 10.0.0.1 | tail -2
ip -n a rule add lookup local priority 0
ip -n a rule
ip netns exec b ping -c1 -W3 10.0.0.1 | sed -n 2p
