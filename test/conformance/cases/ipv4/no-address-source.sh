# pins: a device without an address asks with another's; the sender's source is chosen there
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip netns add c; ip link add vc netns c type veth peer name rc netns r; ip -n c link set vc up; ip -n r link set rc up
ip -n r route add 10.0.3.0/24 dev rc; ip -n c addr add 10.0.3.2/24 dev vc; ip -n c route add default dev vc
ip -n r route get 10.0.3.2
ip netns exec r ping -c1 -W1 10.0.3.2 | sed -n 2p
ip -n c neigh | sed 's/lladdr [^ ]*/lladdr L/; s/REACHABLE\|STALE\|DELAY/known/'
