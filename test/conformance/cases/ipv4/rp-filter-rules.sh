# pins: the reverse path look-up sees rules by the device that the packet is to leave by (fib_validate_source)
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r; ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra; ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n r route add prohibit 10.0.1.0/24 table 9; ip -n r rule add iif rb lookup 9
ip netns exec r iptables -A FORWARD -p icmp
ip netns exec a ping -c1 -W1 10.0.2.2 | tail -2
