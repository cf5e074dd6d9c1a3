# pins: SYN retransmissions double their distance; tcp_syn_retries bounds them (tcp_retransmit_timer)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -qw net.ipv4.tcp_syn_retries=2 net.ipv4.tcp_syn_linear_timeouts=0
ip netns exec b iptables -A INPUT -p tcp -j DROP
start=$(date +%s)
ip netns exec a bash -c 'echo x > /dev/tcp/10.0.0.2/80'; echo $?
took=$(($(date +%s) - start)); [ $took -ge 6 ] && [ $took -le 8 ] && echo "1 + 2 + 4 seconds"
ip netns exec b iptables -nvL INPUT | tail -1
