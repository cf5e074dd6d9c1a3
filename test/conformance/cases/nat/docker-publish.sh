# pins: Docker's rules for a published port
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
listening() { # NAMESPACE OPTION PORT: waits until somebody listens
  for i in 1 2 3 4 5 6 7 8 9; do ip netns exec $1 ss -$2ln | grep -q ":$3 " && return; sleep 0.1; done
}
serve() { # NAMESPACE PORT: says who called, until the lab ends
  (while :; do echo served | ip netns exec $1 nc -n -v -l -N $2 2>&1 | grep -o 'received on [0-9]*' >> /tmp/served; done) 2>/dev/null &
  listening $1 t $2
}
R iptables -t nat -N DOCKER
R iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
R iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
R iptables -t nat -A POSTROUTING -s 10.0.2.0/24 ! -o rb -j MASQUERADE
R iptables -t nat -A DOCKER ! -i rb -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.2.2:80
R iptables -P FORWARD DROP
R iptables -A FORWARD -o rb -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
R iptables -A FORWARD -i rb ! -o rb -j ACCEPT
R iptables -A FORWARD -d 10.0.2.2/32 ! -i rb -o rb -p tcp -m tcp --dport 80 -j ACCEPT
serve b 80
A nc -n -N -p 5000 10.0.1.1 8080 </dev/null
p 10.0.2.2
sleep 0.2
# Whether nc closes with FIN or RST depends on who is quicker; neither is Docker's.
ct | sed 's/TIME_WAIT\|CLOSE/closed/'
