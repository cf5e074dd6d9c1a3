# pins: a device cannot move to where its name is taken
ip netns add a; ip netns add b
ip -n a link add d0 type bridge; ip -n b link add d0 type veth peer name d2
ip -n a link set d0 netns b; echo $?; ip -n a link del d0; ip -n a link add d0 type veth peer name d3
ip -n a link set d0 netns b; echo $?
ip -n a link set d0 netns b name d1; echo $?
ip -n a link set d0 netns nope; echo $?
ip -n b -br link | awk '{print $1}'
