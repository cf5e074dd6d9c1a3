# pins: __netif_receive_skb_core(): a tag that no VLAN device takes makes a frame another host's, but VLAN 0 is only a priority
# frames: yes
ip netns add a
ip netns add b
ip link add ae0 address 02:00:00:00:00:01 netns a type veth peer name be0 address 02:00:00:00:00:02 netns b
for n in a b; do ip -n $n link set ${n}e0 up; done
ip -n a addr add 10.0.1.1/24 dev ae0
ip -n b addr add 10.0.1.2/24 dev be0
ip netns exec b iptables -A INPUT -p icmp
ping_of() { echo "4500001c00010000400164dc0a0001010a0001020800f7f800070000"; }
to_b="02:00:00:00:00:02 02:00:00:00:00:01"
ip netns exec a packetwalk-inject ae0 $to_b 0800 $(ping_of)
ip netns exec a packetwalk-inject ae0 $to_b 8100 0005 0800 $(ping_of)
ip netns exec a packetwalk-inject ae0 $to_b 8100 6000 0800 $(ping_of)
ip netns exec a packetwalk-inject ae0 $to_b 8100 0000 8100 0000 0800 $(ping_of)
ip netns exec a packetwalk-inject ae0 $to_b 8100 0000
