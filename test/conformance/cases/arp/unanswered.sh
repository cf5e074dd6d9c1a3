# pins: three requests, then EHOSTUNREACH to the socket: "Destination Host Unreachable" after three seconds (neigh_timer_handler, arp_error_report)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
start=$(date +%s)
ip netns exec a ping -c1 -W5 10.0.0.9; echo $?
took=$(($(date +%s) - start)); [ $took -ge 2 ] && [ $took -le 4 ] && echo "about three seconds"
ip -n a neigh
