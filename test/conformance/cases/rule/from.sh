# pins: a rule by source: the table for one of two addresses (fib4_rule_match)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.0.0.7/24 dev va
ip -n a route add default via 10.0.0.2; ip -n a route add default via 10.0.0.3 table 100
ip -n a rule add from 10.0.0.7 lookup 100
ip -n a route get 8.8.8.8; ip -n a route get 8.8.8.8 from 10.0.0.7
ip netns exec a ping -c1 -W1 -I 10.0.0.7 8.8.8.8 >/dev/null; ip -n a neigh show to 10.0.0.3 | sed 's/ dev.*//'
