# pins: a new MAC, and ARP switched on or off, take all neighbours of a device, PERMANENT ones too (neigh_changeaddr)
# state: no
ip netns add a; ip -n a link add v0 type veth peer name v1
ip -n a link set v0 up; ip -n a link set v1 up; ip -n a addr add 10.0.0.1/24 dev v0
add() { ip -n a neigh replace 10.0.0.5 lladdr 02:00:00:00:00:05 dev v0; ip -n a neigh; }
add; ip -n a link set v0 address 02:00:00:00:77:01; ip -n a neigh; echo "new MAC"
add; ip -n a link set v0 arp off; ip -n a neigh; echo "arp off"
add; ip -n a link set v0 arp on; ip -n a neigh; echo "arp on"
add; ip -n a addr flush dev v0; ip -n a -4 neigh; echo "no address"
