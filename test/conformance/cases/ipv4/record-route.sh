# pins: ping -R: each host on the way writes the address that it sends from (ip_options_build, ip_forward_options)
for n in a r1 r2 b; do ip netns add $n; ip -n $n link set lo up; ip netns exec $n sysctl -qw net.ipv4.ip_forward=1; done
link() { ip link add $2 netns $1 type veth peer name $5 netns $4; ip -n $1 addr add $3 dev $2; ip -n $4 addr add $6 dev $5; ip -n $1 link set $2 up; ip -n $4 link set $5 up; }
link a va 10.0.1.1/24 r1 l1 10.0.1.2/24
link r1 m1 10.0.2.1/24 r2 m2 10.0.2.2/24
link r2 l2 10.0.3.1/24 b vb 10.0.3.2/24
ip -n a route add default via 10.0.1.2; ip -n r1 route add default via 10.0.2.2
ip -n r2 route add default via 10.0.2.1; ip -n b route add default via 10.0.3.1
ip netns exec a ping -R -c1 -W1 10.0.3.2 | tr -s '\t ' ' '
