# pins: --random, --random-fully and --persistent as they are saved
# state: no
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add e0 netns a type veth peer name ra netns r
ip link add e0 netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev e0; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev e0; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set e0 up; ip -n b link set e0 up; ip -n r link set ra up; ip -n r link set rb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
R() { ip netns exec r "$@"; }
save() { R iptables-save -c "$@" | grep -v '^#'; }
R iptables -t nat -A POSTROUTING -p tcp -j SNAT --to-source 10.0.2.1:1000-2000 --random
R iptables -t nat -A POSTROUTING -p tcp -j SNAT --to-source 10.0.2.1 --random-fully --persistent
R iptables -t nat -A POSTROUTING -p tcp -j MASQUERADE --random
R iptables -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1000 --random-fully
R iptables -t nat -A PREROUTING -p tcp -j DNAT --to-destination 10.0.2.1-10.0.2.9 --random --persistent
R iptables -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 80-90 --random
save -t nat
R iptables -t nat -nL
