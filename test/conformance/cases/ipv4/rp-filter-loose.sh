# pins: loose reverse path filter: some way back must exist
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip -n a addr add 192.168.55.1/32 dev va
ip netns exec r sysctl -w net.ipv4.conf.all.rp_filter=2
ip netns exec a ping -c1 -W1 -I 192.168.55.1 10.0.2.2 | tail -2
ip -n r route add 192.168.55.0/24 via 10.0.1.2
ip netns exec a ping -c1 -W1 -I 192.168.55.1 10.0.2.2 | sed -n 2p
