# pins: a device made without a name takes its kind's (rtnl_newlink "%s%%d")
# state: no
ip netns add a
ip -n a link add type veth; ip -n a link add type bridge; ip -n a link add type bridge; ip -n a link add type veth
ip -n a -br link | awk '{print $1}'
