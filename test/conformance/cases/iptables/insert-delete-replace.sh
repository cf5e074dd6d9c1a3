# pins: -I, -D and -R by number and by rule
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
for i in 1 2 3; do R iptables -A INPUT -s 10.0.0.$i -j ACCEPT; done
R iptables -I INPUT -s 10.0.0.9 -j DROP
R iptables -I INPUT 3 -s 10.0.0.8 -j DROP
R iptables -R INPUT 2 -s 10.0.0.7 -j DROP
R iptables -D INPUT 1
R iptables -D INPUT -s 10.0.0.3 -j ACCEPT
R iptables -S INPUT
tell R iptables -D INPUT 99
tell R iptables -D INPUT -s 10.9.9.9 -j ACCEPT
tell R iptables -R INPUT 99 -j ACCEPT
tell R iptables -I INPUT 99 -j ACCEPT
tell R iptables -I INPUT 0 -j ACCEPT
tell R iptables -D INPUT 0
tell R iptables -R INPUT -j ACCEPT
tell R iptables -D NOCHAIN 1
tell R iptables -I INPUT 4 -j RETURN
R iptables -S INPUT
