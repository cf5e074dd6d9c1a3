# pins: errors and output of multipath routes
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
r() { ip -n a route "$@"; echo "-> $?"; }
r add 172.16.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.0.3 weight 256
r add 172.16.0.0/16 nexthop via 10.0.0.2 weight 0
r add 172.17.0.0/16 nexthop via 10.0.0.2 nexthop via 99.0.0.3
r add 172.18.0.0/16 nexthop via 10.0.0.2 dev va weight 2 nexthop via 10.0.0.3 onlink dev va
r add 172.19.0.0/16 nexthop dev va nexthop via 10.0.0.4
r show
r del 172.18.0.0/16
r show 172.18.0.0/16
