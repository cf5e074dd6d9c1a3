# pins: a bridge has carrier while one of its ports forwards (br_port_carrier_check)
ip netns add a
ip -n a link add br0 type bridge; ip -n a link set br0 up
st() { ip -n a -o link show br0 | sed 's/link.ether.*//'; }
st
ip -n a link add v0 type veth peer name v1; ip -n a link set v0 master br0; st
ip -n a link set v0 up; ip -n a link set v1 up; sleep 0.1; st
ip -n a link set v1 down; sleep 0.1; st
