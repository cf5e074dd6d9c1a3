# pins: the source is the route's, or an address of the device fit for the next hop (inet_select_addr)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.0.0.7/24 dev va; ip -n a addr add 192.168.5.1/24 dev va; ip -n a addr add 10.0.1.1/24 dev va
ip -n a route add 172.16.0.0/16 via 10.0.0.2; ip -n a route add 172.17.0.0/16 via 192.168.5.9; ip -n a route add 172.18.0.0/16 via 10.0.0.2 src 10.0.0.7; ip -n a route add 172.19.0.0/16 dev va
for d in 172.16.0.1 172.17.0.1 172.18.0.1 172.19.0.1 10.0.0.2 10.0.1.9; do ip -n a route get $d | head -1; done
