# pins: a redirect names the better gateway (dump_ipv4_packet, GATEWAY=)
# host-log: yes
# state: no
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip -n r link add br0 type bridge; ip -n r link set br0 up
for n in a b; do ip link add e0 netns $n type veth peer name p$n netns r; ip -n r link set p$n master br0; ip -n r link set p$n up; ip -n $n link set e0 up; done
ip -n r addr add 10.0.0.1/24 dev br0; ip -n a addr add 10.0.0.2/24 dev e0; ip -n b addr add 10.0.0.3/24 dev e0
ip -n b addr add 10.5.0.1/24 dev lo
ip -n a route add 10.5.0.0/24 via 10.0.0.1; ip -n r route add 10.5.0.0/24 via 10.0.0.3
for n in a r b; do ip netns exec $n sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null; done
ip netns exec a iptables -A INPUT -j LOG --log-prefix "a in: "
ip netns exec a ping -c 1 -W 1 10.5.0.1 > /dev/null
dmesg -t | grep IN=
