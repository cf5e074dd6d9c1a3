# pins: TCP: flags, window, sequence numbers, options; the owner of the socket (nf_log_dump_tcp_header, nf_log_dump_sk_uid_gid)
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
A iptables -A OUTPUT -p tcp -j LOG --log-prefix "plain "
A iptables -A OUTPUT -p tcp -j LOG --log-prefix "seq " --log-tcp-sequence
A iptables -A OUTPUT -p tcp -j LOG --log-prefix "opt " --log-tcp-options
A iptables -A OUTPUT -p tcp -j LOG --log-prefix "uid " --log-uid
A iptables -A INPUT -p tcp -j LOG --log-prefix "in " --log-uid --log-tcp-options
B nc -l 8000 > /dev/null & sleep 0.5
echo hello | A nc -N 10.0.2.2 8000
wait
A nc -z -w 1 10.0.2.2 8001
dmesg -t | sed -E 's/SPT=[0-9]*|DPT=[0-9]{5}/PORT/; s/(SEQ|ACK)=[0-9]+/\1=N/g; s/080A[0-9A-F]{16}/080AT/'
