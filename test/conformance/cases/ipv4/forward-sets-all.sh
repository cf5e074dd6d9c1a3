# pins: writing ip_forward sets forwarding on every device, and changes accept_redirects (inet_forward_change)
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip netns exec r sysctl -w net.ipv4.ip_forward=0
ip netns exec r sysctl net.ipv4.conf.ra.forwarding net.ipv4.conf.default.forwarding net.ipv4.conf.all.accept_redirects net.ipv4.conf.ra.accept_redirects
ip netns exec r sysctl -w net.ipv4.conf.all.forwarding=1
ip netns exec r sysctl net.ipv4.ip_forward net.ipv4.conf.ra.forwarding net.ipv4.conf.default.forwarding net.ipv4.conf.all.accept_redirects
