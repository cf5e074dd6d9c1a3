# pins: probes of a stale neighbour that is gone: ucast_solicit, then FAILED
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
ip netns exec a sysctl -qw net.ipv4.neigh.va.delay_first_probe_time=0 net.ipv4.neigh.va.retrans_time_ms=100
ip -n b addr del 10.0.0.2/24 dev vb
ip -n a neigh replace 10.0.0.2 lladdr $(ip netns exec b cat /sys/class/net/vb/address) dev va nud stale
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
sleep 0.5
ip -n a neigh
