# pins: the longest prefix wins, whatever its metric
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add default via 10.0.0.2; ip -n a route add 10.0.0.0/8 via 10.0.0.3 metric 5; ip -n a route add 10.9.0.0/16 via 10.0.0.4 metric 500; ip -n a route add 10.9.9.9 via 10.0.0.5 metric 5000
for d in 1.2.3.4 10.77.0.1 10.9.1.1 10.9.9.9 10.0.0.77; do ip -n a route get $d; done
