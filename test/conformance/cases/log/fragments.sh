# pins: fragments: MF, FRAG in units of eight bytes, and no ports behind the first (dump_ipv4_packet)
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
R iptables -t raw -A PREROUTING -j LOG --log-prefix "raw "
R iptables -A INPUT -j LOG --log-prefix "in "
A ping -c 1 -W 1 -s 3000 10.0.1.1 > /dev/null
dmesg -ct
head -c 2000 /dev/zero | A nc -u -w 1 10.0.1.1 4000
dmesg -t | sed -E 's/SPT=[0-9]+/SPT=N/g'
