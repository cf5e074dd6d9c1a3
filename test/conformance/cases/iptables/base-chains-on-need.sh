# pins: a base chain that no command has made yet: what -Z and -D by number say
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
tell R iptables -Z INPUT
tell R iptables -D INPUT 1
tell R iptables -L INPUT -Z
tell R iptables -Z INPUT
R iptables -A INPUT -j ACCEPT; R iptables -F
tell R iptables -Z INPUT; tell R iptables -D INPUT 1; tell R iptables -Z FORWARD
printf '*filter\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n' | R iptables-restore
tell R iptables -Z OUTPUT; tell R iptables -Z INPUT
