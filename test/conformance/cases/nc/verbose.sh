# pins: what nc -v says
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 3 nc -lv -n 8000 2>&1 | sed -E 's/ [0-9]{5}$/ PORT/' & sleep 0.4
echo x | ip netns exec a nc -v -N -w1 10.0.0.2 8000 2>&1
wait
ip netns exec b timeout 3 nc -lvk -n 8000 2>&1 | sed -E 's/ [0-9]{5}$/ PORT/' & sleep 0.4
ip netns exec a nc -zv -w1 10.0.0.2 7999-8001 2>&1; echo $?
wait
