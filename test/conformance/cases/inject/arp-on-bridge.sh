# pins: br_nf_forward_arp(): with bridge-nf-call-arptables, an ARP frame without a whole header does not cross a bridge
# frames: yes
ip netns add sw
ip -n sw link add br0 address 02:00:00:00:01:00 type bridge mcast_snooping 0
ip -n sw link set br0 up
for i in 1 2; do
  ip netns add h$i
  ip link add e0 address 02:00:00:00:00:0$i netns h$i type veth peer name p$i address 02:00:00:00:01:0$i netns sw
  ip -n sw link set p$i master br0
  ip -n sw link set p$i up
  ip -n h$i link set e0 up
done
ip netns exec sw sh -c 'cat /sys/class/net/*/carrier' >/dev/null
for size in 4 7 8 28; do
  ip netns exec h1 packetwalk-inject e0 ff:ff:ff:ff:ff:ff 02:00:00:00:00:01 0806 $(printf '02%.0s' $(seq $size))
done
