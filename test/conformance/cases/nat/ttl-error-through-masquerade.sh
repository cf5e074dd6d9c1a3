# pins: a TTL that ends behind a MASQUERADE
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
ct() { R conntrack -L "$@" 2>/dev/null | sort; }
ip netns add c; ip link add e0 netns c type veth peer name rc netns b
ip -n b addr add 10.0.3.1/24 dev rc; ip -n c addr add 10.0.3.2/24 dev e0; ip -n b link set rc up; ip -n c link set e0 up; ip -n c route add default via 10.0.3.1
ip -n r route add 10.0.3.0/24 via 10.0.2.2; B sysctl -qw net.ipv4.ip_forward=1
R iptables -t nat -A POSTROUTING -o rb -j MASQUERADE
A ping -c1 -W1 -t2 10.0.3.2 | grep From
ct
