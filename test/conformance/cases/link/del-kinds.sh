# pins: which devices can be deleted (rtnl_link_ops.dellink)
ip netns add a
ip -n a link add d0 type bridge; ip -n a link add br0 type bridge; ip -n a link add v0 type veth peer name v1
ip -n a link set v0 master br0
ip -n a link del br0; echo $?
ip -n a -o link show v0 | grep -c master
ip -n a link del nope; echo $?
ip -n a link del d0 type bridge; echo $?
ip -n a link del v0 type bridge; echo $?
ip -n a link del v1; echo $?
ip -n a -br link
