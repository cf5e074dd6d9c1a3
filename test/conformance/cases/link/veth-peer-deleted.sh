# pins: deleting one end of a veth deletes the other, wherever it is (veth_dellink)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link del va; echo $?
ip -n b link show vb; echo $?
ip -n b -4 route show table all
