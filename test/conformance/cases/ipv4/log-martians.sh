# pins: log_martians: two lines for a martian source (ip_handle_martian_source)
# state: no
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.0.1.1; ip -n a addr add 192.168.55.1/32 dev va
ip netns exec r sysctl -w net.ipv4.conf.all.log_martians=1
ip netns exec a ping -c1 -W0.2 -I 192.168.55.1 10.0.2.2 | tail -2
