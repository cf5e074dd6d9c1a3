# pins: fragments that are not complete go after ipfrag_time, with ICMP when the first is there (ip_expire)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b sysctl -w net.ipv4.ipfrag_time=1
ip netns exec b iptables -t raw -A PREROUTING -f -j DROP
ip netns exec a ping -c1 -W2 -s 2000 10.0.0.2
