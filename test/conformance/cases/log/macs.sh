# pins: MAC=, --log-macdecode, lo and packets without a frame (dump_mac_header)
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
R iptables -A INPUT -j LOG --log-prefix "plain "
R iptables -A INPUT -j LOG --log-prefix "decoded " --log-macdecode
R iptables -A OUTPUT -j LOG --log-prefix "out " --log-macdecode
A ping -c 1 -W 1 10.0.1.1 > /dev/null; dmesg -ct
echo "-- lo"; R ping -c 1 -W 1 127.0.0.1 > /dev/null; dmesg -ct
echo "-- own"; R ping -c 1 -W 1 10.0.1.1 > /dev/null; dmesg -ct
echo "-- broadcast"; R sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0; A ping -b -c 1 -W 1 10.0.1.255 > /dev/null 2>&1; dmesg -ct
