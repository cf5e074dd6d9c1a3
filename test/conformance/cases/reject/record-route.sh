# pins: a packet whose record route has been written to is not answered by REJECT, whose checksum takes the IP header in (nf_ip_checksum); its header is summed anew when it is sent on (ip_forward_options)
# profile: kernel
# frames: yes
ip netns add a; ip netns add r; ip netns add b
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r iptables -A FORWARD -p icmp -j REJECT
ip netns exec r iptables -A INPUT -p icmp -j REJECT --reject-with icmp-host-prohibited
ip netns exec a ping -c1 -W1 -R 10.0.2.2
ip netns exec a ping -c1 -W1 -R 10.0.1.1
ip netns exec a ping -c1 -W1 10.0.1.1
ip netns exec b iptables -A INPUT -p icmp -j REJECT
ip netns exec r iptables -F FORWARD
ip netns exec a ping -c1 -W1 -R 10.0.2.2
ip netns exec a ping -c1 -W1 -t1 -R 10.0.2.2
