# pins: errors of one kind to one peer: a burst of 6, then one a second (icmp_ratelimit, icmp_ratemask)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a iptables -A INPUT -p icmp --icmp-type port-unreachable
ip netns exec a bash -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo x > /dev/udp/10.0.0.2/$((2000+i)); done' 2>/dev/null
sleep 0.2
ip netns exec a iptables -nvxL INPUT | awk 'NR==3{print $1}'
