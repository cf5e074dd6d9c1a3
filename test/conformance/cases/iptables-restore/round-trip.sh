# pins: what iptables-save prints, iptables-restore takes
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
R iptables -N u
R iptables -A INPUT -m comment --comment "a \"quoted\" 'comment'" -j u
R iptables -A u -p tcp -m multiport ! --sports 1:10,20 -m conntrack --ctstate NEW -j LOG --log-prefix "p: " --log-level 7
R iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1:80-90 --random
R iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
R iptables-save | grep -v '^#' > /tmp/one
R iptables -F; R iptables -X; R iptables -t nat -F; R iptables -t mangle -F
R iptables-restore < /tmp/one; R iptables-save | grep -v '^#' > /tmp/two
[ "$(cat /tmp/one)" = "$(cat /tmp/two)" ] && cat /tmp/two
