# pins: ICMP: each type's own fields, and the packet that an error quotes (dump_ipv4_packet, only one deep)
# host-log: yes
# state: no
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add e0 netns a type veth peer name ra netns r
ip link add e0 netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev e0; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev e0; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set e0 up; ip -n b link set e0 up; ip -n r link set ra up; ip -n r link set rb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
A() { ip netns exec a "$@"; }
R() { ip netns exec r "$@"; }
B() { ip netns exec b "$@"; }
A iptables -A INPUT -j LOG --log-prefix "a in: "
R iptables -A OUTPUT -j LOG --log-prefix "r out: "
A iptables -A OUTPUT -p icmp -j LOG --log-prefix "a out: "
echo "-- no route"; A ping -c 1 -W 1 10.9.9.9 | sed -n 2p; dmesg -ct
echo "-- ttl"; A ping -c 1 -W 1 -t 1 10.0.2.2 | sed -n 2p; dmesg -ct
echo "-- port"; echo x | A nc -u -w 1 10.0.1.1 4000; dmesg -ct | sed 's/SPT=[0-9]*/SPT=N/g'
echo "-- too big"; R ip link set rb mtu 600; A ping -c 1 -W 1 -M do -s 1000 10.0.2.2 | sed -n 2p; dmesg -ct
sleep 1.1; echo "-- prohibited"; R ip route add prohibit 10.8.0.0/16; A ping -c 1 -W 1 10.8.0.1 | sed -n 2p; dmesg -ct
sleep 1.1; echo "-- rejected"; R iptables -A FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited
echo x | A nc -u -w 1 10.0.2.2 4000; dmesg -ct | sed 's/SPT=[0-9]*/SPT=N/g'
