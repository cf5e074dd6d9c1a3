# pins: ifconfig's view and its commands (net-tools)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
f() { ip netns exec a ifconfig "$@" | sed 's/ether [0-9a-f:]*/ether M/; s/packets [0-9]*  bytes [0-9]* .*/packets N/'; echo "-> ${PIPESTATUS[0]}"; }
f va; f va 10.5.0.1 netmask 255.255.0.0; f va; f va:1 10.6.0.1/24 up; f va:1; f va mtu 1400; f va down; f -a; f nope; f va 10.7.0.1/99; f va nonsense
