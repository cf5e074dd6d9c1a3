# pins: fib_del_ifaddr(): the routes of a secondary address bear its primary's source, and go with it
# state: no
ip netns add a; ip netns add b
ip link add e netns a type veth peer name e netns b
for n in a b; do ip netns exec $n sysctl -qw net.ipv6.conf.e.disable_ipv6=1; ip -n $n link set e up; done
routes() { echo "-- $1"; ip -n a route show table local dev e; ip -n a route show dev e; }
fill() { ip -n a addr flush dev e; for i in 1 2 3; do ip -n a addr add 10.0.0.$i/24 brd 10.0.0.25$i dev e; done; }
fill; routes all
ip -n a addr del 10.0.0.2/24 dev e; routes "second gone"
ip -n a addr del 10.0.0.1/24 dev e; routes "first gone"
fill; ip netns exec a sysctl -qw net.ipv4.conf.e.promote_secondaries=1
ip -n a addr del 10.0.0.1/24 dev e; routes "second promoted"
ip -n a addr del 10.0.0.3/24 dev e; routes "third gone"
ip -n a link set e down; routes down
ip -n a addr add 10.0.0.4/24 dev e; ip -n a link set e up; routes "up again"
ip -n a addr del 10.0.0.4/24 dev e; ip -n a addr del 10.0.0.2/24 dev e; routes none
