# pins: --log-level by name and number is the level of the record (xt_LOG, nf_log_buf_close)
# host-log: yes
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
for l in emerg panic alert crit error warning notice info debug 0 3 7; do
  A iptables -F OUTPUT; A iptables -A OUTPUT -j LOG --log-level $l --log-prefix "$l "
  A ping -c 1 -W 1 10.0.1.1 > /dev/null
done
dmesg -xt | sed 's/ IN=.*//'
for l in emerg info,debug; do echo "-- $l"; dmesg -t -l $l | sed 's/ IN=.*//'; done
dmesg -r | sed 's/\[.*\]//; s/ IN=.*//'
