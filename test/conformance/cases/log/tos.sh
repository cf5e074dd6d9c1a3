# pins: TOS, precedence, ECN, DF and MARK (dump_ipv4_packet)
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
for q in 0x10 0x08 0xe0 0x1e 0xff 0x02; do A ping -c 1 -W 1 -Q $q 10.0.1.1 > /dev/null; done
R iptables -A INPUT -p icmp -j LOG --log-prefix "in "
A iptables -t mangle -A OUTPUT -j MARK --set-mark 0xff000001
A iptables -A OUTPUT -j LOG --log-prefix "out "
for q in 0x10 0x08 0xe0 0x1e 0xff 0x02; do A ping -c 1 -W 1 -Q $q 10.0.1.1 > /dev/null; done
A ping -c 1 -W 1 -M dont 10.0.1.1 > /dev/null
dmesg -t
