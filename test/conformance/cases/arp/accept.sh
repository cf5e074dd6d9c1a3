# pins: arp_accept: a gratuitous ARP makes an entry
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -w net.ipv4.conf.va.arp_accept=1
ip netns exec b arping -q -U -c1 -I vb 10.0.0.2
ip -n a neigh | sed 's/lladdr [^ ]*/lladdr L/'
