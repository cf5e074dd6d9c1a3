# pins: a gateway that is this host's own address counts as none: the destination is asked for on the link (rt_set_nexthop)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n a link set va up; ip -n b link set vb up
ip -n a route add 10.9.0.0/16 via 10.0.0.1; echo $?
ip -n a route get 10.9.0.1
ip netns exec a sysctl -qw net.ipv4.neigh.va.retrans_time_ms=100
ip netns exec a ping -c1 -W1 10.9.0.1 | sed -n 2p
ip -n a neigh
