# pins: a port range needs tcp, udp or the like
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
udp() { # FROM TO PORT [OPTIONS]: one datagram
  echo hi | ip netns exec $1 nc -u -n -w1 "${@:4}" $2 $3; }
tell R iptables -t nat -A POSTROUTING -j SNAT --to-source 1.1.1.1:80
tell R iptables -t nat -A PREROUTING -j DNAT --to-destination 1.1.1.1:80
tell R iptables -t nat -A POSTROUTING -j MASQUERADE --to-ports 80
tell R iptables -t nat -A PREROUTING -p icmp -j REDIRECT --to-ports 80
tell R iptables -t nat -A POSTROUTING -p udp -j SNAT
tell R iptables -t nat -A POSTROUTING -p udp -j SNAT --to-source 1.1.1
tell R iptables -t nat -A POSTROUTING -p udp -j SNAT --to-source 1.1.1.1:99999
tell R iptables -t nat -A POSTROUTING -p udp -j SNAT --to-source 1.1.1.1 --to-source 1.1.1.2
