# pins: the owner of a connected UDP socket is known at INPUT (udp_v4_early_demux), as the sender's is in OUTPUT
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
A iptables -A OUTPUT -p udp -j LOG --log-prefix "out " --log-uid
R iptables -A FORWARD -p udp -j LOG --log-prefix "fwd " --log-uid
B iptables -A INPUT -p udp -j LOG --log-prefix "in " --log-uid
A iptables -A INPUT -p udp -j LOG --log-prefix "a in " --log-uid
A iptables -A INPUT -p icmp -j LOG --log-prefix "a icmp " --log-uid
echo answer | B timeout 3 nc -u -l 5000 > /dev/null & sleep 0.5
printf 'hello' | A nc -u -w 1 10.0.2.2 5000
wait
dmesg -t | sed -E 's/SPT=[0-9]{5}/SPT=N/; s/DPT=[0-9]{5}/DPT=N/'
