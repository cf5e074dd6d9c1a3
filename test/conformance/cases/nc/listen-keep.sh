# pins: nc -l -k serves one after the other
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 2.5 nc -l -k 8000 & sleep 0.4
for i in 1 2 3; do echo "line $i" | ip netns exec a nc -N -w1 10.0.0.2 8000; done
wait
