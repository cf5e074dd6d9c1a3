# pins: fragments are one datagram again at the receiver (ip_defrag)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b iptables -A INPUT -p icmp -m length --length 3028
ip netns exec a ping -c1 -W1 -s 3000 10.0.0.2 | sed -n 2p
ip netns exec b iptables -nvL INPUT
