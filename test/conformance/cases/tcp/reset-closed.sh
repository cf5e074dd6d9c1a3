# pins: what comes for a closed socket is answered with a reset
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 0.7 nc -l 8000 & sleep 0.4
(sleep 0.8; echo x; sleep 0.3; echo y; sleep 0.2) | ip netns exec a nc 10.0.0.2 8000; echo $?
wait
