# pins: RTNH_F_LINKDOWN of a multipath route as a whole: its last live next hop lost carrier (fib_sync_down_dev, fib_sync_up)
# state: no
for n in src ra rb; do ip netns add $n; done
ip link add sa netns src type veth peer name r netns ra
ip link add sb netns src type veth peer name r netns rb
ip -n src addr add 10.0.1.1/30 dev sa
ip -n src addr add 10.0.2.1/30 dev sb
ip -n src link set sa up
ip -n src link set sb up
ip -n ra link set r up
ip -n rb link set r up
sleep 0.3
ip -n src route add 172.30.0.1 nexthop via 10.0.1.2 dev sa nexthop via 10.0.2.2 dev sb
show() { echo "- $1"; sleep 1.1; ip -n src route show 172.30.0.1; }
ip -n ra link set r down
show "one without carrier"
ip -n src link set sb down
show "the other down after it"
ip -n src link set sb up
show "up again"
ip -n ra link set r up
show "both"
ip -n src link set sb down
show "down first"
ip -n ra link set r down
show "without carrier after it"
ip -n ra link set r up
show "carrier again"
