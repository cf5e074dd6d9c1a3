# pins: what cannot be a port (br_add_if)
ip netns add a
ip -n a link add br0 type bridge; ip -n a link add br1 type bridge; ip -n a link add d0 type veth peer name d1
ip -n a link set br1 master br0; echo $?
ip -n a link set lo master br0; echo $?
ip -n a link set d0 master d0; echo $?
ip -n a link set d0 master nope; echo $?
ip -n a link set d0 master br0; echo $?
ip -n a link set d0 master br0; echo $?
ip -n a link set d0 master br1; echo $?
ip -n a -o link show d0 | grep -o 'master [a-z0-9]*'
ip -n a link set d0 nomaster; echo $?; ip -n a link set d0 nomaster; echo $?
