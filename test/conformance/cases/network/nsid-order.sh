# pins: who numbers whose namespace, and when: moves at once (peernet2id_alloc in __dev_change_net_namespace), new pairs when the first end is told of
# state: no
ip netns add t1
ip netns add t2
ip link add a0 type veth peer name b0
ip link set a0 netns t1
ip netns list
ip link set b0 netns t2
ip netns list
ip netns add hub
ip link add hub1 netns hub type veth peer name leaf1
ip netns list
ip link set leaf1 up
ip netns list
ip netns add hub2
ip link add leaf2 type veth peer name hub1 netns hub2
ip netns list
