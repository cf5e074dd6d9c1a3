# pins: -m multiport: lists, ranges, both sides
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
save() { R iptables-save -c "$@" | grep -v '^#'; }
udp() { # FROM TO PORT [OPTIONS]: one datagram
  echo hi | ip netns exec $1 nc -u -n -w1 "${@:4}" $2 $3; }
R iptables -A FORWARD -p udp -m multiport --dports 53,80
R iptables -A FORWARD -p udp -m multiport --dports 1:52,54:99
R iptables -A FORWARD -p udp -m multiport --sports 5000
R iptables -A FORWARD -p udp -m multiport --ports 5000,1
R iptables -A FORWARD -p udp -m multiport ! --dports 53
R iptables -A FORWARD -p udp -m multiport --dports 50:53
udp a 10.0.2.2 53 -p 5000
save
tell R iptables -A FORWARD -m multiport --dports 53
tell R iptables -A FORWARD -p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
tell R iptables -A FORWARD -p tcp -m multiport --dports 90:80
tell R iptables -A FORWARD -p icmp -m multiport --dports 90
