# pins: a device keeps its addresses, routes and index over a rename; an up device may be renamed since Linux 6.2
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a link set va name eth0; echo $?
ip -n a -4 -br addr show eth0 | awk '{print $1, $2, $3}'
ip -n a route
ip -n a link set eth0 name vb0; echo $?
ip -n a link set vb0 name lo; echo $?
ip -n a link set vb0 name "a/b"; echo $?
ip -n a link set nope name x; echo $?
ip netns exec b ping -c1 -W1 10.0.0.1 | head -2
