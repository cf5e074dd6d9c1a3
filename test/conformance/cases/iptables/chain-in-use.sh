# pins: -X refuses a chain that has rules or is jumped to; a base chain can go when empty
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
R iptables -N x; R iptables -A x -j ACCEPT
tell R iptables -X x
tell R iptables -X
R iptables -N y; R iptables -A x -j y
tell R iptables -X y
tell R iptables -F x; tell R iptables -X
R iptables -A INPUT -j ACCEPT
tell R iptables -X INPUT
R iptables -F; tell R iptables -X INPUT
R iptables -P INPUT DROP; tell R iptables -X INPUT
R iptables -S
