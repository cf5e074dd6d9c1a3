# pins: CONNMARK: set, save, restore with masks
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
R iptables -t mangle -A PREROUTING -i ra -j MARK --set-mark 0x1234
R iptables -t mangle -A PREROUTING -i ra -j CONNMARK --save-mark --mask 0xff00
R iptables -t mangle -A PREROUTING -i rb -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0x1200
R iptables -t mangle -A FORWARD -i ra -j CONNMARK --or-mark 0x1
R iptables -t mangle -A FORWARD -i ra -j CONNMARK --and-mark 0xffff
R iptables -t mangle -A FORWARD -i rb -j CONNMARK --xor-mark 0x10
R iptables -t mangle -A FORWARD -i rb -j CONNMARK --set-xmark 0x100000/0xf00000
R iptables -t mangle -A FORWARD -i rb -m mark --mark 0
R iptables -t mangle -A FORWARD -i rb -m mark ! --mark 0
p 10.0.2.2
R iptables-save -c | grep -v '^#'; ct
