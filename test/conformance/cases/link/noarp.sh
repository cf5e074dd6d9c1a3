# pins: with NOARP nobody is asked: the neighbour's address is all zeros (arp_constructor NUD_NOARP)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link set va arp off
ip -n a -o link show va | sed 's/link.ether.*//'
ip netns exec a ping -c1 -W1 10.0.0.2; echo $?
ip -n a -4 neigh show nud all | sed 's/lladdr.*NO/NO/'
