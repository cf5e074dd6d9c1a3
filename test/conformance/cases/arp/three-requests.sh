# pins: mcast_solicit requests, a second apart
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 3.6 tcpdump -tnli vb arp 2>/dev/null & sleep 0.5
ip netns exec a ping -c1 -W1 10.0.0.9 >/dev/null
wait
