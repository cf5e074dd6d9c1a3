# pins: a datagram over the MTU leaves in pieces of eight bytes each (ip_do_fragment)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b sysctl -qw net.netfilter.nf_conntrack_max 2>/dev/null
ip netns exec b timeout 1.5 tcpdump -c3 -tnvvi vb 'icmp[icmptype] == icmp-echo or (ip[6:2] & 0x1fff != 0 and src 10.0.0.1)' 2>/dev/null | sed 's/, id [0-9]*, / /; s/id [0-9]*/id N/' & sleep 0.6
ip netns exec a ping -c1 -W1 -s 4000 10.0.0.2 | sed -n 2p
wait
