# pins: who closes first keeps the connection in TIME-WAIT
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
(sleep 0.3 | ip netns exec b timeout 3 nc -l -p 8000 >/dev/null) & sleep 0.4
echo x | ip netns exec a nc -N -w2 10.0.0.2 8000
wait
ip netns exec a ss -tanH | awk '{print $1, $5}'; ip netns exec b ss -tanH | awk '{print $1, $4}'
