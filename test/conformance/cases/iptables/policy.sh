# pins: -P and its refusals
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
tell R iptables -P INPUT DROP
tell R iptables -P INPUT REJECT
tell R iptables -P INPUT RETURN
tell R iptables -P NOCHAIN DROP
tell R iptables -N web
tell R iptables -P web DROP
tell R iptables -t nat -P PREROUTING DROP
tell R iptables -P INPUT
tell R iptables -P INPUT ACCEPT x
R iptables -S; R iptables -t nat -S
