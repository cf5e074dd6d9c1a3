# pins: ip route get and its answers
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link set lo up; ip -n a route add default via 10.0.0.2
g() { ip -n a route get "$@"; echo "-> $?"; }
g 8.8.8.8; g 10.0.0.1; g 10.0.0.255; g 127.0.0.1; g 224.0.0.5; g 255.255.255.255; g 0.0.0.0
g 8.8.8.8 from 10.0.0.1; g 8.8.8.8 from 5.5.5.5; g 8.8.8.8 oif lo; g 8.8.8.8 oif va; g 8.8.8.8 mark 7; g 8.8.8.8 from 10.0.0.9 iif va; g 10.0.0.1 from 10.0.0.9 iif va
g 8.8.8.8 iif va; g 8.8.8.8 from 7.7.7.7 iif va; g nonsense; g 8.8.8.8 dev nope; g fibmatch 8.8.8.8; g 8.8.8.8 ipproto tcp sport 1 dport 2; g 8.8.8.8 uid 5
