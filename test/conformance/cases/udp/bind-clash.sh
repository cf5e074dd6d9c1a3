# pins: two sockets cannot have one port
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 1.5 nc -u -l 9000 & sleep 0.4
ip netns exec b timeout 1 nc -u -l 9000; echo $?
ip netns exec b timeout 1 nc -l 9000; echo $?
wait
