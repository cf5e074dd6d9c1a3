# pins: a gratuitous ARP changes a known entry, and makes none (arp_process)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b arping -q -U -c1 -I vb 10.0.0.2
ip -n a neigh | wc -l
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n b link set vb address 02:00:00:00:00:77
ip netns exec b arping -q -U -c1 -I vb 10.0.0.2
ip -n a neigh
