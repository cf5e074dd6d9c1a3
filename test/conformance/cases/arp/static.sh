# pins: a permanent entry is used unasked, right or wrong
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a neigh add 10.0.0.2 lladdr $(ip netns exec b cat /sys/class/net/vb/address) dev va; echo $?
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip -n a neigh change 10.0.0.2 lladdr 02:00:00:00:00:99 dev va
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
ip -n a neigh
ip -n a neigh del 10.0.0.2 dev va; echo $?
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
