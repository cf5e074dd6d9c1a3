# pins: with promote_secondaries the next address takes the place of the one deleted
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.0.0.5/24 dev va; ip -n a addr add 10.0.0.6/24 dev va
ip netns exec a sysctl -w net.ipv4.conf.va.promote_secondaries=1
ip -n a addr del 10.0.0.1/24 dev va
ip -n a -4 addr show va
