# pins: arp_notify: a gratuitous ARP when the device comes up or its MAC changes
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -w net.ipv4.conf.va.arp_notify=1
ip netns exec b timeout 1.5 tcpdump -c1 -tnli vb arp 2>/dev/null & sleep 0.6
ip -n a link set va address 02:00:00:00:00:01
wait
