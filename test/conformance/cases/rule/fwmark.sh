# pins: a rule by mark: mangle PREROUTING decides the way
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip -n r rule add fwmark 1 lookup 100; ip -n r route add prohibit default table 100
ip netns exec r iptables -t mangle -A PREROUTING -p icmp --icmp-type echo-request -m ttl --ttl-gt 40 -j MARK --set-mark 1
ip netns exec a ping -c1 -W1 10.0.2.2 | tail -4
ip netns exec a ping -c1 -W1 -t 30 10.0.2.2 | sed -n 2p
