# pins: suppress_prefixlength 0 ignores the default route of a table
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add default via 10.0.0.2; ip -n a route add default via 10.0.0.3 table 100
ip -n a rule add lookup main suppress_prefixlength 0 priority 10; ip -n a rule add lookup 100 priority 20
ip -n a route get 8.8.8.8; ip -n a route get 10.0.0.5
