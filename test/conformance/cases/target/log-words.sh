# pins: LOG: every option, as it is saved and listed
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
p() { A ping -c1 -W1 "$@" | grep -E '^[0-9]+ (packets|bytes)|^From'; }
R iptables -A FORWARD -j LOG
R iptables -A FORWARD -j LOG --log-prefix 'in: '
R iptables -A FORWARD -j LOG --log-level debug --log-prefix x
for l in emerg alert crit error err warning warn notice info 7 0; do R iptables -A FORWARD -j LOG --log-level $l; done
R iptables -A FORWARD -p tcp -j LOG --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode
tell R iptables -A FORWARD -j LOG --log-prefix 'a prefix that is far too long to stand there'
tell R iptables -A FORWARD -j LOG --log-level loud
tell R iptables -A FORWARD -j LOG --log-level 8
tell R iptables -A FORWARD -j LOG --log-prefix ''
R iptables-save -c | grep -v '^#'; R iptables -nL FORWARD
p 10.0.2.2
