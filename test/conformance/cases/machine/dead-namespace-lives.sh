# pins: a deleted namespace lives on while a process is in it
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sleep 1.2 & sleep 0.2
ip netns del a
ip netns exec b ping -c1 -W1 10.0.0.1 | sed -n 2p
wait; sleep 0.3
ip -n b link show vb; echo $?
