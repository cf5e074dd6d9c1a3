# pins: -m statistic --mode nth, and random at its ends
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
tell() { "$@"; echo "[$?] $*"; }
save() { R iptables-save -c "$@" | grep -v '^#'; }
R iptables -A FORWARD -p icmp --icmp-type 8 -m statistic --mode nth --every 3 --packet 0
R iptables -A FORWARD -p icmp --icmp-type 8 -m statistic --mode nth --every 3 --packet 2
R iptables -A FORWARD -p icmp --icmp-type 8 -m statistic --mode nth ! --every 2
R iptables -A FORWARD -p icmp --icmp-type 8 -m statistic --mode random --probability 1
R iptables -A FORWARD -p icmp --icmp-type 8 -m statistic --mode random --probability 0
R iptables -A FORWARD -m statistic --mode random --probability 0.3333 -s 1.2.3.4
A ping -c7 -i0.01 10.0.2.2 | grep transmitted
save
tell R iptables -A FORWARD -m statistic --mode nth
tell R iptables -A FORWARD -m statistic --mode nth --every 3 --packet 3
tell R iptables -A FORWARD -m statistic --mode random --probability 2
tell R iptables -A FORWARD -m statistic --mode no
