# pins: 127/8 from outside is a martian, unless route_localnet
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n b link set lo up; ip netns exec b sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.vb.rp_filter=0
ip netns exec b iptables -t nat -A PREROUTING -p icmp -d 10.0.0.2 -j DNAT --to-destination 127.0.0.1
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
ip netns exec b sysctl -w net.ipv4.conf.vb.route_localnet=1
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
