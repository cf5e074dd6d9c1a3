# pins: nothing is answered to what another host's firewall drops
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b iptables -A INPUT -p udp --dport 9 -j DROP
ip netns exec b iptables -A OUTPUT -p icmp -j ACCEPT
ip netns exec a bash -c 'echo x > /dev/udp/10.0.0.2/9'; sleep 0.2
ip netns exec b iptables -nvL INPUT | tail -1; ip netns exec b iptables -nvL OUTPUT | tail -1
