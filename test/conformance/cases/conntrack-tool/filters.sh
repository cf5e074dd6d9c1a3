# pins: filters by address, port, state, mark, status
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
p() { A ping -c1 -W1 "$@" | grep -E '^[0-9]+ (packets|bytes)|^From'; }
ct() { R conntrack -L "$@" 2>/dev/null | sort; }
udp() { # FROM TO PORT [OPTIONS]: one datagram
  echo hi | ip netns exec $1 nc -u -n -w1 "${@:4}" $2 $3; }
R iptables -A FORWARD -m state --state NEW
R iptables -t mangle -A PREROUTING -p icmp -j CONNMARK --set-mark 5
R iptables -t nat -A POSTROUTING -p udp -j MASQUERADE
p 10.0.2.2; udp a 10.0.2.2 53 -p 5000; A nc -n -z -w1 -p 5001 10.0.2.2 80
for f in "-s 10.0.1.2" "-d 10.0.2.2" "-r 10.0.2.2" "-q 10.0.1.2" "-p udp --sport 5000" "-p udp --dport 53" "-p tcp --state CLOSE" "-p tcp --state ESTABLISHED" "-m 5" "-u UNREPLIED" "-u ASSURED" "-u SEEN_REPLY" "-n" "-g" "-j" "--src-nat" "--dst-nat" "-p icmp --icmp-type 8" "-f ipv4 -p udp" "-s 10.0.1.0/24"; do
  echo "## $f"; ct $f
done
