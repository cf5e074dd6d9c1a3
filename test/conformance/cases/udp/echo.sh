# pins: a datagram arrives, and its answer comes back to the connected socket
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
(echo pong | ip netns exec b timeout 3 nc -u -l -w1 9000 > at-server) & sleep 0.4
echo ping | ip netns exec a nc -u -w1 10.0.0.2 9000
wait; cat at-server
