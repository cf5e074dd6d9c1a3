# pins: an ICMP error about an ICMP message that the kernel is just sending is not made (icmp_xmit_lock)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up; ip -n b link set lo up
ip netns exec b iptables -A OUTPUT -p icmp -j REJECT
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
