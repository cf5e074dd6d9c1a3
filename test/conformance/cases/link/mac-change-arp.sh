# pins: a host learns its neighbour's new MAC when the old one no longer answers (neigh_timer_handler DELAY, PROBE)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n b link set vb address 02:00:00:00:00:02
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n a neigh | sed 's/REACHABLE\|STALE\|DELAY/known/'
ip -n b link set vb address 02:00:00:00:00:03
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n a neigh flush all
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n a neigh | sed 's/REACHABLE\|STALE\|DELAY/known/'
