# pins: a reset in the middle of a connection ends it for the sender
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
listening() { # NAMESPACE OPTION PORT: waits until somebody listens
  for i in 1 2 3 4 5 6 7 8 9; do ip netns exec $1 ss -$2ln | grep -q ":$3 " && return; sleep 0.1; done
}
(B nc -n -l 80 >/tmp/got) &
listening b t 80
(echo one; sleep 0.6; echo two; sleep 0.6) | (A nc -n -p 5000 10.0.2.2 80; echo "client $?") &
sleep 0.3
R iptables -A FORWARD -i ra -p tcp -j REJECT --reject-with tcp-reset
sleep 1
cat /tmp/got
