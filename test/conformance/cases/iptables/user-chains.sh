# pins: -N, -X, -E and their refusals
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
tell R iptables -N web
tell R iptables -N web
tell R iptables -N INPUT
tell R iptables -N ACCEPT
tell R iptables -N "a b"
tell R iptables -N -x
tell R iptables -N a-name-that-is-longer-than-28-chars
tell R iptables -A INPUT -j web
tell R iptables -X web
tell R iptables -E web www
tell R iptables -E none www
tell R iptables -E INPUT www
tell R iptables -S
tell R iptables -F INPUT
tell R iptables -X www
tell R iptables -X www
tell R iptables -X INPUT
tell R iptables -N x; tell R iptables -N y; tell R iptables -A x -j y; tell R iptables -X; tell R iptables -F; tell R iptables -X
R iptables -S
