# pins: a packet with an own address as source is a martian, unless accept_local
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n b addr add 10.0.0.77/32 dev vb; ip -n b link set lo up
ip -n a addr add 10.0.0.77/32 dev va
ip netns exec b iptables -A INPUT -s 10.0.0.77
ip netns exec a ping -c1 -W0.2 -I 10.0.0.77 10.0.0.2 >/dev/null
ip netns exec b iptables -nvxL INPUT | awk 'NR==3{print $1}'
ip netns exec b sysctl -w net.ipv4.conf.all.accept_local=1
ip netns exec a ping -c1 -W0.2 -I 10.0.0.77 10.0.0.2 >/dev/null
ip netns exec b iptables -nvxL INPUT | awk 'NR==3{print $1}'
