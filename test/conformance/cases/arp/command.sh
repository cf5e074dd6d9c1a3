# pins: arp's view of the neighbours (net-tools)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a arp -s 10.0.0.5 02:00:00:00:00:05; echo $?
ip netns exec a arp -n
ip netns exec a arp -an
ip netns exec a arp -d 10.0.0.5; echo $?
ip netns exec a arp -n
ip netns exec a arp -d 10.0.0.6; echo $?
ip netns exec a arp -n 10.0.0.7; echo $?
