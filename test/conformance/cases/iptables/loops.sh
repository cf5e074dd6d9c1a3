# pins: a loop of chains is refused
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
R iptables -N x; R iptables -N y
R iptables -A x -j y
tell R iptables -A y -j x
R iptables -A INPUT -j x
tell R iptables -A y -j x
tell R iptables -A x -j x
tell R iptables -A x -j INPUT
R iptables -S
