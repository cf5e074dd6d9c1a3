# pins: a datagram over the own device's MTU with DF is EMSGSIZE
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -c2 -i0.1 -W1 -s 1473 -M do 10.0.0.2; echo $?
ip netns exec a ping -c1 -W1 -s 1472 -M do 10.0.0.2 | sed -n 2p
ip netns exec a ping -c1 -W1 -s 65508 10.0.0.2; echo $?
ip netns exec a ping -c1 -W1 -s 65507 10.0.0.2 | sed -n 2p
