# pins: the route command (net-tools)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
r() { ip netns exec a route "$@"; echo "-> $?"; }
r -n
r add -net 10.9.0.0 netmask 255.255.0.0 gw 10.0.0.2
r add -net 10.8.0.0/16 dev va
r add default gw 10.0.0.2
r add -host 10.7.7.7 gw 10.0.0.2 metric 3
r add -net 10.9.0.0 netmask 255.255.0.0 gw 10.0.0.2
r add -net 10.6.0.0/16 reject
r del -net 10.5.0.0/16
r del default
r add default gw 99.9.9.9
r -n
