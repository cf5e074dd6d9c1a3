# pins: a device that goes down forgets its neighbours, permanent ones too
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev va
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n a link set va down
ip -n a neigh | wc -l
ip -n a link set va up
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
