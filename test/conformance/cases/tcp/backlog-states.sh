# pins: what ss shows of a listener and a connection
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 2 nc -l 8000 & sleep 0.4
ip netns exec b ss -tlnH | awk '{print $1,$2,$3,$4,$5}'
sleep 1 | ip netns exec a nc 10.0.0.2 8000 & sleep 0.4
ip netns exec a ss -tnH | awk '{print $1,$2,$3,$5}'; ip netns exec b ss -tanH | awk '{print $1,$2,$3,$4}'
wait
