# pins: ICMP errors end a connection that is being made (tcp_v4_err)
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
for t in icmp-net-unreachable icmp-host-unreachable icmp-port-unreachable icmp-proto-unreachable icmp-net-prohibited icmp-host-prohibited icmp-admin-prohibited tcp-reset; do
  ip netns exec r iptables -F FORWARD
  ip netns exec r iptables -A FORWARD -p tcp -j REJECT --reject-with $t
  echo "$t: $(ip netns exec a nc -zv -w2 10.0.2.2 80 2>&1)"
done
