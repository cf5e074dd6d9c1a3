# pins: arp_announce 2: the best address for the target
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -w net.ipv4.conf.all.arp_announce=2
ip -n a addr add 192.168.7.7/32 dev va
ip netns exec b timeout 1.5 tcpdump -c1 -tnli vb arp 2>/dev/null & sleep 0.6
ip netns exec a ping -c1 -W0.2 -I 192.168.7.7 10.0.0.2 >/dev/null
wait
