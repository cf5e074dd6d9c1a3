# pins: the source port is in ip_local_port_range
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -w net.ipv4.ip_local_port_range='2000 2001'
ip netns exec b iptables -A INPUT -p tcp --sport 2000:2001
ip netns exec a nc -z 10.0.0.2 80; ip netns exec a nc -z 10.0.0.2 80
ip netns exec b iptables -nvL INPUT | tail -1
