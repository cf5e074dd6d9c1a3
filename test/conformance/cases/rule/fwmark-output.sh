# pins: a mark set in mangle OUTPUT routes anew (ip_route_me_harder)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n b addr add 8.8.8.8/32 dev vb; ip -n b link set lo up
ip -n a route add default via 10.0.0.99
ip -n a rule add fwmark 1 lookup 100; ip -n a route add default via 10.0.0.2 table 100
ip netns exec a ping -c1 -W1 8.8.8.8 | tail -2
ip netns exec a iptables -t mangle -A OUTPUT -d 8.8.8.8 -j MARK --set-mark 1
ip netns exec a ping -c1 -W1 8.8.8.8 | sed -n 2p
