# pins: -C: is the rule there
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
R iptables -A INPUT -s 10.0.0.1 -p tcp --dport 22 -j ACCEPT
tell R iptables -C INPUT -s 10.0.0.1 -p tcp --dport 22 -j ACCEPT
tell R iptables -C INPUT -s 10.0.0.1 -p tcp -m tcp --dport 22 -j ACCEPT
tell R iptables -C INPUT -s 10.0.0.1 -p tcp --dport 23 -j ACCEPT
tell R iptables -C INPUT -s 10.0.0.1/32 -p 6 --dport ssh -j ACCEPT
tell R iptables -C OUTPUT -j ACCEPT
tell R iptables -C NOCHAIN -j ACCEPT
