# pins: a bridge takes the lowest MAC of its ports until one is set by hand (br_stp_recalculate_bridge_id)
ip netns add a
ip -n a link add br0 type bridge
for i in 3 1 2; do ip -n a link add d$i address 02:00:00:00:00:0$i type veth; ip -n a link set d$i master br0; ip -n a -o link show br0 | grep -o '02:00:00:[0-9a-f:]*'; done
ip -n a link set d1 nomaster; ip -n a -o link show br0 | grep -o '02:00:00:[0-9a-f:]*'
ip -n a link set br0 address 02:00:00:00:00:03; ip -n a link set d1 master br0; ip -n a -o link show br0 | grep -o '02:00:00:[0-9a-f:]*'
