# pins: deleting a namespace deletes its veths and their peers (default_device_exit_batch)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns del a
sleep 0.3
ip -n b -br link | awk '{print $1}'
