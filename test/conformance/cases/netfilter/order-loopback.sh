# pins: a packet over lo meets OUTPUT, POSTROUTING, PREROUTING and INPUT, with its mark kept
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
n=0
step() { R iptables -t $1 -A $2 -p icmp --icmp-type echo-request -m mark --mark $n -j MARK --set-mark $((n + 1)); n=$((n + 1)); }
step raw OUTPUT; step mangle OUTPUT; step nat OUTPUT; step filter OUTPUT; step mangle POSTROUTING; step nat POSTROUTING
step raw PREROUTING; step mangle PREROUTING; step mangle INPUT; step filter INPUT; step nat INPUT
R ping -c1 -W1 127.0.0.1 | grep transmitted
save
