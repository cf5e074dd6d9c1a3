# pins: ip route flush
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add 10.9.0.0/16 via 10.0.0.2; ip -n a route add 10.8.0.0/16 via 10.0.0.2 table 7; ip -n a route add default via 10.0.0.2
ip -n a route flush 10.9.0.0/16; echo $?; ip -n a route
ip -n a route flush table 7; ip -n a route show table 7; echo $?
ip -n a route flush; echo $?
ip -n a route flush table main; ip -n a route; ip -n a route flush cache; echo $?
