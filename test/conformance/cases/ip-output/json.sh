# pins: ip -j and -p
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n a route add default via 10.0.0.2 metric 5; ip -n a neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev va
ip -n a -j addr; ip -n a -j route; ip -n a -j neigh; ip -n a -j rule; ip -n a -j link show va; ip -n a -p -j route; ip -n a -j route get 8.8.8.8; ip -n a -j -br addr
