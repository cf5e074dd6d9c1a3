# pins: limits of MTU by kind of device (dev_validate_mtu)
ip netns add a
ip -n a link add v0 type veth peer name v1; ip -n a link add br0 type bridge
for d in v0 br0 lo; do
  for m in 0 67 68 9000 65535 65536 70000; do ip -n a link set $d mtu $m; echo "$d $m $?"; done
done
ip -n a link show | sed -n 's/^[0-9]*: \(.*\)@.*mtu \([0-9]*\).*/\1 \2/p; s/^[0-9]*: \([a-z0-9]*\):.*mtu \([0-9]*\).*/\1 \2/p'
