# pins: a frame over the receiving end's MTU is dropped (is_skb_forwardable)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n b link set vb mtu 1000
ip netns exec a ping -c1 -W1 -s 1400 10.0.0.2 | tail -2
ip netns exec a ping -c1 -W1 -s 900 10.0.0.2 | sed -n 2p
