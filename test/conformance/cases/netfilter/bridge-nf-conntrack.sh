# pins: conntrack of bridged packets, in the bridge's namespace
# state: no
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip -n r link add br0 type bridge; ip -n r link set br0 up; ip -n r addr add 10.0.1.1/24 dev br0
ip link add e0 netns a type veth peer name pa netns r
ip link add e0 netns b type veth peer name pb netns r
ip -n r link set pa master br0; ip -n r link set pb master br0; ip -n r link set pa up; ip -n r link set pb up
ip -n a addr add 10.0.1.2/24 dev e0; ip -n b addr add 10.0.1.3/24 dev e0
ip -n a link set e0 up; ip -n b link set e0 up
ip netns exec r sysctl -qw net.bridge.bridge-nf-call-iptables=1
A() { ip netns exec a "$@"; }
R() { ip netns exec r "$@"; }
p() { A ping -c1 -W1 "$@" | grep -E '^[0-9]+ (packets|bytes)|^From'; }
ct() { R conntrack -L "$@" 2>/dev/null | sort; }
R iptables -A FORWARD -m conntrack --ctstate ESTABLISHED
p 10.0.1.3
R iptables-save -c | grep -v '^#'; ct
