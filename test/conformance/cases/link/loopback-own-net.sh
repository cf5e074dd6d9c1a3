# pins: all of 127/8 is this host; nothing of it leaves or enters by another device (martian)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link set lo up
ip netns exec a ping -c1 -W1 127.5.6.7 | sed -n 2p
ip -n a route get 127.0.0.1; ip -n a route get 127.255.255.255; ip -n a route get 127.5.5.5
ip netns exec a ping -c1 -W1 -I va 127.0.0.1; echo $?
