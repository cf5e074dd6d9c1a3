# pins: long options, abbreviations, inverted sources, several addresses
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
udp() { # FROM TO PORT [OPTIONS]: one datagram
  echo hi | ip netns exec $1 nc -u -n -w1 "${@:4}" $2 $3; }
R iptables --append INPUT --source 10.0.0.1 --destination 10.0.0.2 --protocol tcp --in-interface e0 --jump ACCEPT
R iptables --app INPUT --src 10.0.0.1 --dst 10.0.0.2 --proto udp --in e0 --jump DROP
R iptables -A INPUT -s 10.0.0.1,10.0.0.2 -d 10.1.0.0/16,10.2.0.0/16 -j ACCEPT
R iptables -A INPUT ! --src 10.0.0.1 -j ACCEPT
R iptables -A INPUT -s 10.0.0.77/24 -j ACCEPT
R iptables -A INPUT -s 10.0.0.77/255.255.255.0 -j ACCEPT
R iptables -A INPUT -s 10/8 -j ACCEPT
R iptables -A INPUT -s 0/0 -j ACCEPT
R iptables -A INPUT -p TCP -j ACCEPT
R iptables -A INPUT -p all -j ACCEPT
R iptables -4 -A INPUT -p 132 -j ACCEPT
R iptables -tfilter -AINPUT -s10.0.0.5 -jACCEPT
R iptables -w -A INPUT -s 10.0.0.6 -j ACCEPT
R iptables -w 5 -A INPUT -s 10.0.0.7 -j ACCEPT
R iptables -v -A INPUT -s 10.0.0.8 -p tcp --dport 22 -j ACCEPT
R iptables -S INPUT; R iptables -nL INPUT
