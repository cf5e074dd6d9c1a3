# pins: throw ends this table's look-up; the next rule's table is asked
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add default via 10.0.0.2
ip -n a route add throw 10.9.0.0/16 table 100; ip -n a route add default via 10.0.0.3 table 100
ip -n a rule add from all lookup 100
ip -n a route get 10.9.0.1; ip -n a route get 10.8.0.1
ip netns exec a ping -c1 -W1 10.9.0.1 >/dev/null; ip -n a neigh | sed 's/ dev.*//'
