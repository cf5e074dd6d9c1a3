# pins: flags by hand (dev_change_flags)
ip netns add a
ip -n a link add v0 type veth peer name v1
ip -n a link set v0 promisc on; ip -n a link set v0 allmulticast on; ip -n a link set v0 multicast off
ip -n a -o link show v0 | sed 's/link.ether.*//'
ip -n a link set v0 promisc off; ip -n a link set v0 allmulticast off; ip -n a link set v0 multicast on; ip -n a link set v0 dynamic on
ip -n a -o link show v0 | sed 's/link.ether.*//'
