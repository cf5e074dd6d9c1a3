# pins: nobody listens: RST, ECONNREFUSED
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a nc -v -w1 10.0.0.2 80; echo $?
ip netns exec a nc -zv -w1 10.0.0.2 80; echo $?
ip netns exec a nc -z 10.0.0.2 80; echo $?
ip netns exec a bash -c 'echo x > /dev/tcp/10.0.0.2/80'; echo $?
