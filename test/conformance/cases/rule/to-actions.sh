# pins: rules that say no themselves: prohibit, unreachable, blackhole
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add default via 10.0.0.2
ip -n a rule add to 1.0.0.1 prohibit; ip -n a rule add to 1.0.0.2 unreachable; ip -n a rule add to 1.0.0.3 blackhole
for i in 1 2 3; do ip netns exec a ping -c1 -W1 1.0.0.$i; echo $?; ip -n a route get 1.0.0.$i; done
