# pins: nobody answers ARP for a packet with a record route: its options are read once more before the error is made (ipv4_send_dest_unreach), and a RST carries them back (ip_send_unicast_reply)
# frames: yes
for n in a r; do ip netns add $n; done
ip link add va address 02:00:00:00:00:01 netns a type veth peer name vr address 02:00:00:00:00:02 netns r
ip -n a addr add 10.0.1.1/24 dev va; ip -n r addr add 10.0.1.2/24 dev vr
ip link add vx address 02:00:00:00:00:03 netns r type veth peer name vy netns r
ip -n r addr add 10.0.2.1/24 dev vx
ip -n a link set va up; ip -n r link set vr up; ip -n r link set vx up; ip -n r link set vy up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv4.neigh.vx.retrans_time_ms=200 net.ipv4.conf.vy.arp_ignore=8
ip -n a route add default via 10.0.1.2
ip netns exec a ping -c1 -W1 -R 10.0.2.9
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 08004800003400010000400656b60a0001010a000102070b040000000000000000000007005000000001000000005002040095880000
sleep 0.2
