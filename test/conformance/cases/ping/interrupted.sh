# pins: ping stopped by SIGINT prints its statistics
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a timeout -s INT 0.5 ping -i 0.3 10.0.0.2; echo $?
