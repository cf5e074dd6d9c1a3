# pins: 255.255.255.255 leaves by the route that there is
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0
ip netns exec a ping -b -c1 -W1 255.255.255.255; echo $?
ip -n a route add default via 10.0.0.2
ip netns exec a ping -b -c1 -W1 255.255.255.255 | sed -n 2p; echo $?
