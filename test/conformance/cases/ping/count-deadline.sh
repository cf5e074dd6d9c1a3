# pins: -w ends ping in time, -c with -w waits for answers
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -w1 -i 0.4 10.0.0.2 | tail -2; echo $?
ip netns exec a ping -w1 -c2 -i 0.2 10.0.0.2 | tail -2; echo $?
ip netns exec a ping -w1 -c1 10.0.0.9; echo $?
