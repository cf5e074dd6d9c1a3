# pins: arp_filter: only where the way back to the asker leaves by the same device
# state: no
for n in a b; do ip netns add $n; done
for i in 1 2; do ip link add v$i netns a type veth peer name w$i netns b; ip -n a link set v$i up; ip -n b link set w$i up; ip -n b addr add 10.0.0.2$i/24 dev w$i; done
ip -n a addr add 10.0.0.1/24 dev v2
ip netns exec b sysctl -w net.ipv4.conf.all.arp_filter=1 net.ipv4.conf.all.rp_filter=0
ip netns exec a ping -c1 -W1 10.0.0.22 | tail -2
ip netns exec b sysctl -w net.ipv4.conf.all.arp_filter=0
ip netns exec a ping -c1 -W3 10.0.0.22 >/dev/null
ip -n a neigh show 10.0.0.22 | grep -c lladdr
