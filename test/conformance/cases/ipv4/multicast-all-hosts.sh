# pins: 224.0.0.1 is every host; icmp_echo_ignore_broadcasts is about multicast too
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -c1 -W1 -I va 224.0.0.1 | tail -2
ip netns exec b sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0
ip netns exec a ping -c1 -W1 -I va 224.0.0.1 | sed -n 2p
