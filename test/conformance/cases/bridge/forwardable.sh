# pins: a bridge's port takes frames up to its MTU and a VLAN tag's four bytes, and a tag beside them (is_skb_forwardable)
# profile: kernel
# frames: yes
ip netns add a; ip netns add b; ip netns add sw
ip link add va address 02:00:00:00:00:01 netns a type veth peer name p1 address 02:00:00:00:01:01 netns sw
ip link add vb address 02:00:00:00:00:02 netns b type veth peer name p2 address 02:00:00:00:01:02 netns sw
ip -n sw link add br0 address 02:00:00:00:01:00 type bridge mcast_snooping 0; ip -n sw link set br0 up
ip -n sw link set p1 master br0; ip -n sw link set p2 master br0; ip -n sw link set p1 up; ip -n sw link set p2 up
ip -n a link set va mtu 2000 up; ip -n b link set vb mtu 2000 up; ip -n sw link set p1 mtu 2000; ip -n sw link set p2 mtu 1000
for size in 1000 1004 1005 1008; do
  ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 88b5 $(for ((i = 0; i < size; i++)); do printf 00; done)
  ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 8100 0005 88b5 $(for ((i = 0; i < size - 4; i++)); do printf 00; done)
done
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 8100 0005 88b5 $(for ((i = 0; i < 1004; i++)); do printf 00; done)
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 8100 0005 88b5 $(for ((i = 0; i < 1005; i++)); do printf 00; done)
sleep 0.2
