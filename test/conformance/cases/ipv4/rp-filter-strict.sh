# pins: strict reverse path filter: the way back must be the way in (fib_validate_source)
for n in a r b; do ip netns add $n; done
for i in 1 2; do ip link add va$i netns a type veth peer name ra$i netns r; ip -n a addr add 10.0.$i.2/24 dev va$i; ip -n r addr add 10.0.$i.1/24 dev ra$i; ip -n a link set va$i up; ip -n r link set ra$i up; done
ip netns exec r sysctl -w net.ipv4.conf.ra2.rp_filter=1 net.ipv4.conf.all.rp_filter=0
ip netns exec a sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.va1.rp_filter=0
ip netns exec a ping -c1 -W1 -I va2 10.0.2.1 | sed -n 2p
ip -n a route add 10.99.0.1 dev va2; ip -n r addr add 10.99.0.1/32 dev ra1
ip -n a addr add 10.0.1.77/32 dev va2
ip netns exec a ping -c1 -W1 -I 10.0.1.77 10.99.0.1 | tail -2
ip netns exec r sysctl -w net.ipv4.conf.ra2.rp_filter=2
ip netns exec a ping -c1 -W3 -I 10.0.1.77 10.99.0.1 | tail -2
