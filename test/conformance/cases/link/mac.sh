# pins: setting a MAC: multicast and zero are refused, and on veth it works while up (eth_mac_addr)
ip netns add a
ip -n a link add v0 type veth peer name v1; ip -n a link set v0 up
for m in 02:00:00:00:00:01 01:00:00:00:00:01 00:00:00:00:00:00 ff:ff:ff:ff:ff:ff 02:00:00:00:00 02-00-00-00-00-02 2:0:0:0:0:3 zz:00:00:00:00:01; do
  ip -n a link set v0 address $m; echo "$m $?"
done
ip -n a -o link show v0 | grep -o '02:[0-9a-f:]*'
