# pins: -L with -n, -v, -x and --line-numbers
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
udp() { # FROM TO PORT [OPTIONS]: one datagram
  echo hi | ip netns exec $1 nc -u -n -w1 "${@:4}" $2 $3; }
R iptables -N web
R iptables -A INPUT -i lo -j ACCEPT
R iptables -A INPUT -p tcp -m multiport --dports 80,443 -j web
R iptables -A INPUT ! -s 10.0.0.0/8 -o + -j DROP 2>&1
R iptables -A INPUT -p icmp -m limit --limit 5/s -j ACCEPT
R iptables -A INPUT -p udp --dport 53 -m comment --comment dns -j REJECT
R iptables -A FORWARD -i e+ ! -o x0 -s 1.2.3.4 ! -d 5.6.7.0/24 -j LOG --log-prefix 'x: '
R iptables -A web -m mark --mark 1 -j RETURN
R iptables -P FORWARD DROP
for o in "-nL" "-nvL" "-nL --line-numbers" "-nvxL --line-numbers" "-L -n INPUT" "-nL INPUT 2" "-S" "-S INPUT" "-S INPUT 3" "-vS" "-nL web" "-v -S web"; do echo "## $o"; R iptables $o; done
