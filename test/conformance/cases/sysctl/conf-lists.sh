# pins: devices come and go in conf and neigh
# state: no
ip netns add a
ip netns exec a ls /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/neigh
ip -n a link add v0 type veth peer name v1; ip -n a link add a.b type bridge
ip netns exec a ls /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/neigh
ip netns exec a sysctl net.ipv4.conf.v0.forwarding; ip netns exec a sysctl net.ipv4.conf.a/b.forwarding; ip -n a link set v0 name eth0; ip netns exec a sysctl net.ipv4.conf.eth0.forwarding; ip -n a link del eth0
ip netns exec a ls /proc/sys/net/ipv4/conf
