# pins: a datagram to a closed port: port unreachable, told to the sender's socket as ECONNREFUSED
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
echo hi | ip netns exec a nc -u -w1 -v 10.0.0.2 9; echo $?
ip netns exec a traceroute -n -q1 -w1 -m1 10.0.0.2 | sed 's/[0-9.]* ms/T ms/'
