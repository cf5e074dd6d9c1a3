# pins: ip addr in its forms
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n a addr add 10.1.0.1/24 brd + label va:1 dev va; ip -n a addr add 10.2.0.1 peer 10.2.0.2/32 dev va; ip -n a addr add 10.3.0.1/24 valid_lft 1000 preferred_lft 500 dev va
ip -n a link set lo up
ip -n a addr; ip -n a -br addr; ip -n a -4 -o addr; ip -n a -br -4 a s va; ip -n a addr show up; ip -n a addr show scope host; ip -n a addr show to 10.1.0.0/16; ip -n a addr show label va:1; ip -n a addr show dev nope; echo $?
