# pins: a connection both ways, closed from either side
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
(echo from server | ip netns exec b timeout 3 nc -l -N 8000 > at-server) & sleep 0.4
echo from client | ip netns exec a nc -N -w2 10.0.0.2 8000
wait; cat at-server
