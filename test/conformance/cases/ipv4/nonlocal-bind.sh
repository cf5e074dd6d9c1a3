# pins: an address that is not ours cannot be bound, unless ip_nonlocal_bind
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -c1 -W1 -I 7.7.7.7 10.0.0.2; echo $?
ip netns exec a nc -l -w1 -s 7.7.7.7 -p 8000; echo $?
ip netns exec a nc -w1 -s 7.7.7.7 10.0.0.2 8000; echo $?
