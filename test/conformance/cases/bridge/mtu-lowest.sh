# pins: a bridge's MTU follows the lowest of its ports (br_mtu_auto_adjust)
ip netns add a
ip -n a link add br0 type bridge; mtu() { ip -n a -o link show br0 | grep -o 'mtu [0-9]*'; }
ip -n a link add d1 mtu 9000 type veth peer name p1; ip -n a link add d2 mtu 1400 type veth peer name p2
mtu; ip -n a link set d1 master br0; mtu; ip -n a link set d2 master br0; mtu; ip -n a link set d2 nomaster; mtu
ip -n a link set br0 mtu 1300; mtu; ip -n a link set d2 master br0; mtu
