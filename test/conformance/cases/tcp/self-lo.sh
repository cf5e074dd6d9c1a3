# pins: a host talks to itself over lo, whatever its address
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link set lo up
(echo self | ip netns exec a timeout 2 nc -l -N 10.0.0.1 8000) & sleep 0.4
ip netns exec a nc -w1 10.0.0.1 8000 </dev/null
wait
ip netns exec a nc -zv 127.0.0.1 9; echo $?
