# pins: ip route show picks by destination, device, table, protocol, type, scope
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add 10.9.0.0/16 via 10.0.0.2 proto static; ip -n a route add 10.9.1.0/24 via 10.0.0.3 table 7; ip -n a route add blackhole 10.9.2.0/24; ip -n a route add default via 10.0.0.2 metric 9
for f in "10.9.0.0/16" "root 10.9.0.0/16" "match 10.9.1.1" "exact 10.9.1.0/24" "table 7" "table all 10.9.1.0/24" "proto static" "type blackhole" "dev va" "via 10.0.0.2" "scope link" "default" "table local type broadcast" "src 10.0.0.1" "metric 9" "to 10.9.0.0/8"; do echo "== $f"; ip -n a -4 route show $f; done
