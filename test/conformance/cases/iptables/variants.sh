# pins: iptables, iptables-nft and iptables-legacy
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
R iptables -V; R iptables-nft -V; R iptables-legacy -V
R iptables-nft -A INPUT -s 1.1.1.1 -j ACCEPT
R iptables-legacy -A INPUT -s 2.2.2.2 -j ACCEPT
R iptables -S INPUT; R iptables-nft -S INPUT; R iptables-legacy -S INPUT
R iptables-legacy -nvL
R iptables-legacy-save | grep -v '^#'
R iptables-legacy -t nat -S
R iptables-legacy -A NOCHAIN -j ACCEPT; echo $?
R iptables-legacy -D INPUT 7; echo $?
R iptables-legacy -N INPUT; echo $?
R iptables-legacy -A INPUT -j NONE; echo $?
