# pins: a flow over lo is one entry, seen at both ends
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
ct() { R conntrack -L "$@" 2>/dev/null | sort; }
R iptables -A INPUT -m conntrack --ctstate NEW
R iptables -A INPUT -m conntrack --ctstate ESTABLISHED
R ping -c1 127.0.0.1 | grep transmitted
R iptables-save -c | grep -v '^#'; ct
