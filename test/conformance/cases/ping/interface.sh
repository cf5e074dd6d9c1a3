# pins: ping -I device and -I address
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.0.0.7/24 dev va
p() { ip netns exec a ping "$@" | head -2; }
p -c1 -I va 10.0.0.2; p -c1 -I 10.0.0.7 10.0.0.2; p -c1 -W1 -I va 8.8.8.8
ip -n a link set lo up; p -c1 -W1 -I lo 10.0.0.1; p -c1 -W1 -I va 10.0.0.1; p -c1 -W1 -I lo 127.0.0.1
