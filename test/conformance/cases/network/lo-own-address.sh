# pins: NETDEV_UP on lo adds 127.0.0.1/8 whatever addresses there are (inetdev_event)
ip netns add a
ip -n a addr add 127.0.0.2/8 dev lo
ip -n a addr add 10.2.3.4/32 dev lo
ip -n a link set lo up
ip -n a -4 addr show lo
ip -n a link set lo down
ip -n a addr del 127.0.0.1/8 dev lo
ip -n a link set lo up
ip -n a -4 addr show lo
ip -n a route show table local
