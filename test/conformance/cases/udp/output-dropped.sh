# pins: a datagram that OUTPUT drops is EPERM to the sender
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a iptables -A OUTPUT -p udp -j DROP
ip netns exec a bash -c 'echo x > /dev/udp/10.0.0.2/9'; echo $?
echo x | ip netns exec a nc -u -w1 10.0.0.2 9; echo $?
