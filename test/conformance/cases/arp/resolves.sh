# pins: a request is broadcast, the answer is not; the answerer knows the asker without asking (arp_process)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 1.5 tcpdump -c2 -tneli vb arp > seen 2>/dev/null & sleep 0.6
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
wait; cat seen
