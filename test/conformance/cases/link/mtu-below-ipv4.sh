# pins: an MTU under 68 takes IPv4 off the device (inetdev_event NETDEV_CHANGEMTU)
# state: no
ip netns add a
ip -n a link add d0 type veth peer name d1; ip -n a link set d0 up; ip -n a link set d1 up; ip -n a addr add 10.0.0.1/24 dev d0
ip -n a link set d0 mtu 68; echo $?; ip -n a link set lo mtu 67; ip -n a link set lo up; ip -n a -4 addr show lo; echo $?
ip -n a -4 addr show d0; ip -n a -4 route show table all
ip -n a link set d0 mtu 1500
ip -n a -4 addr show d0
ip -n a addr add 10.0.0.1/24 dev d0; ip -n a route
