# pins: routes of a device without carrier are marked linkdown, and used all the same unless ignore_routes_with_linkdown
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a route add default via 10.0.0.2
ip -n b link set vb down
ip netns exec a sh -c 'cat /sys/class/net/*/carrier' >/dev/null 2>\&1   # linkwatch catches up
ip -n a route
ip -n a route get 8.8.8.8
ip netns exec a ping -c1 -W1 10.0.0.2; echo $?
ip netns exec a sysctl -w net.ipv4.conf.va.ignore_routes_with_linkdown=1
ip -n a route
ip -n a route get 8.8.8.8; echo $?
