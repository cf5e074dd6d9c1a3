# pins: arp_ignore 8: for none
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b sysctl -w net.ipv4.conf.all.arp_ignore=8
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
