# pins: ping -f prints a dot for each request and takes one back for each answer
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -f -c20 10.0.0.2 | sed -E 's/, ipg.*//; s/time [0-9]+ms/time T/' | tail -3
ip netns exec a ping -f -c3 -W0.2 -w1 10.0.0.9 | head -1
