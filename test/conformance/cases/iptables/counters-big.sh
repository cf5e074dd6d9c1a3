# pins: counters in K and M, exact with -x
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
R iptables -A INPUT -c 5 999 -j ACCEPT
R iptables -A INPUT -c 99999 100000 -j ACCEPT
R iptables -A INPUT -c 123456 123456789 -j ACCEPT
R iptables -A INPUT -c 12345678901 98765432109876 -j ACCEPT
R iptables -nvL INPUT; R iptables -nvxL INPUT; R iptables-save -c | grep INPUT; R iptables -vS INPUT
