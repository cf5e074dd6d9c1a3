# pins: connecting a UDP socket without a route fails at once
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a bash -c 'echo x > /dev/udp/8.8.8.8/53'; echo $?
echo x | ip netns exec a nc -u -w1 8.8.8.8 53; echo $?
