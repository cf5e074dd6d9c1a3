# pins: a veth has carrier only while both ends are up (drivers/net/veth.c veth_open, veth_close)
# state: no
ip netns add a
ip -n a link add v0 type veth peer name v1
show() { echo "-- $1"; ip -n a -br link show | awk '{print $1, $2, $4}'; }
show made
ip -n a link set v0 up; show "one up"
ip -n a link set v1 up; show "both up"
ip -n a link set v1 down; show "other down"
ip -n a link set v1 up; ip -n a link set v0 down; show "this down"
