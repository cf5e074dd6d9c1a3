# pins: wrong usage
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
udp() { # FROM TO PORT [OPTIONS]: one datagram
  echo hi | ip netns exec $1 nc -u -n -w1 "${@:4}" $2 $3; }
tell R iptables
tell R iptables -A
tell R iptables -A INPUT -p nonsense -j ACCEPT
tell R iptables -A INPUT -s 1.2.3.4.5 -j ACCEPT
tell R iptables -A INPUT -s 300.0.0.1 -j ACCEPT
tell R iptables -A INPUT -s 10.0.0.0/33 -j ACCEPT
tell R iptables -A INPUT -s no.such.host.invalid -j ACCEPT
tell R iptables -A INPUT -i averyveryverylongname -j ACCEPT
tell R iptables -A INPUT -o e0 -j ACCEPT
tell R iptables -A OUTPUT -i e0 -j ACCEPT
tell R iptables -t nope -L
tell R iptables -A INPUT -A FORWARD
tell R iptables -L -A INPUT
tell R iptables -A NOCHAIN -j ACCEPT
tell R iptables -A INPUT -j
tell R iptables -A INPUT -s
tell R iptables -A INPUT ! -j ACCEPT
tell R iptables -A INPUT ! ! -s 1.1.1.1 -j ACCEPT
tell R iptables -A INPUT -p tcp -p udp -j ACCEPT
tell R iptables -A INPUT -j ACCEPT -j DROP
tell R iptables -A INPUT extra
tell R iptables --bogus
tell R iptables -A INPUT -p tcp --dport 99999
tell R iptables -A INPUT -p tcp --dport nosuchservice
tell R iptables -A INPUT -p tcp --dport 90:80
