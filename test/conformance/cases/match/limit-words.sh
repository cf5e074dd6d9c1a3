# pins: how rates are read and printed
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
tell() { "$@"; echo "[$?] $*"; }
for l in 1/s 5/sec 10/second 1/m 3/minute 7/h 20/day 100/second 10000/second 3 1/2s; do tell R iptables -A FORWARD -m limit --limit $l; done
R iptables -A FORWARD -m limit
tell R iptables -A FORWARD -m limit --limit 20000/second
tell R iptables -A FORWARD -m limit --limit 0/second
tell R iptables -A FORWARD -m limit --limit 1/week
tell R iptables -A FORWARD -m limit ! --limit 1/s
R iptables-save -c | grep -v '^#'; R iptables -L FORWARD -n
