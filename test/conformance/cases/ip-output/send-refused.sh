# pins: what a send hears: EPERM where POSTROUTING drops, broadcast's copy for this host goes by POSTROUTING too (ip_mc_output), ENOBUFS from a packet socket whose device drops; a raw socket sends on past a pending error (__ip_append_data)
for n in a b; do ip netns add $n; done
ip link add va address 02:00:00:00:00:01 netns a type veth peer name vb address 02:00:00:00:00:02 netns b
ip -n a addr add 10.0.1.1/24 dev va; ip -n b addr add 10.0.1.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up; ip -n a route add default via 10.0.1.2
ip netns exec b sysctl -qw net.ipv4.ip_forward=1
ip netns exec a traceroute -I -n -q1 -w 0.5 -m 5 10.0.2.9 | sed -E 's/[0-9.]+ ms/T ms/g'
ip netns exec a iptables -t mangle -P POSTROUTING DROP
ip netns exec a iptables -t nat -A POSTROUTING -j ACCEPT
ip netns exec a ping -b -c1 -W1 10.0.1.255
ip netns exec a traceroute -n -q1 -w 0.5 -m 5 10.0.1.2
ip netns exec a bash -c 'echo x > /dev/udp/10.0.1.2/9; echo $?'
ip netns exec a iptables -t mangle -P POSTROUTING ACCEPT
ip netns exec a ping -b -c1 -W1 10.0.1.255
ip -n b link set vb mtu 1000
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 0800 $(printf '00%.0s' {1..1100}); echo $?
