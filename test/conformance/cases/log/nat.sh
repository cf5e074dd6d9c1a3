# pins: the nat table logs the first packet of a connection alone, and POSTROUTING before its rewriting
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
for c in PREROUTING INPUT OUTPUT POSTROUTING; do R iptables -t nat -A $c -j LOG --log-prefix "nat $c "; done
R iptables -t nat -A POSTROUTING -o rb -j MASQUERADE
R iptables -t mangle -A POSTROUTING -j LOG --log-prefix "mangle POSTROUTING "
B iptables -A INPUT -j LOG --log-prefix "b "
A ping -c 2 -i 0.2 -W 1 10.0.2.2 > /dev/null
dmesg -t
