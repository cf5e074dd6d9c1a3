# pins: TCPMSS: set and clamp to the path's MTU
# state: no
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add e0 netns a type veth peer name ra netns r
ip link add e0 netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev e0; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev e0; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set e0 up; ip -n b link set e0 up; ip -n r link set ra up; ip -n r link set rb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
A() { ip netns exec a "$@"; }
R() { ip netns exec r "$@"; }
B() { ip netns exec b "$@"; }
tell() { "$@"; echo "[$?] $*"; }
save() { R iptables-save -c "$@" | grep -v '^#'; }
listening() { # NAMESPACE OPTION PORT: waits until somebody listens
  for i in 1 2 3 4 5 6 7 8 9; do ip netns exec $1 ss -$2ln | grep -q ":$3 " && return; sleep 0.1; done
}
R iptables -t mangle -A FORWARD -o rb -p tcp --syn -j TCPMSS --set-mss 600
R iptables -t mangle -A FORWARD -o ra -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
ip -n r link set ra mtu 1000
for n in a b; do ip netns exec $n timeout 3 tcpdump -nn -i e0 'tcp[13] & 2 != 0' 2>/dev/null | grep -o 'Flags ....\|mss [0-9]*' > /tmp/$n & done
sleep 0.8
(B timeout 3 nc -n -l 80 >/dev/null) &
listening b t 80
A nc -n -z -w1 -p 5000 10.0.2.2 80
sleep 2.6
for n in a b; do echo "at $n"; cat /tmp/$n; done
save -t mangle
tell R iptables -t mangle -A FORWARD -p tcp -j TCPMSS --set-mss 600
tell R iptables -t mangle -A FORWARD -p tcp --syn -j TCPMSS
