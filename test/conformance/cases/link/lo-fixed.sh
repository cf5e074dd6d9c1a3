# pins: lo cannot be moved, deleted or renamed away (NETIF_F_NETNS_LOCAL)
# state: no
ip netns add a; ip netns add b
ip -n a link set lo netns b; echo $?
ip -n a link del lo; echo $?
ip -n a link set lo up; ip -n a -4 -o addr show lo
ip -n a link set lo down; ip -n a -4 -o addr show lo; ip -n a -4 route show table local
