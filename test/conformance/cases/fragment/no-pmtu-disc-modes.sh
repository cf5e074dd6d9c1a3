# pins: ip_no_pmtu_disc 1 takes the least MTU for what an error says, 2 takes nothing, 3 believes errors about TCP alone (icmp_unreach)
ip netns add a; ip netns add r; ip netns add b
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip -n r link set rb mtu 600; ip -n b link set vb mtu 600
for mode in 1 2 3 0; do
  ip netns exec a sysctl -w net.ipv4.ip_no_pmtu_disc=$mode
  ip -n a route flush cache
  ip netns exec a ping -c2 -i 0.2 -W1 -s 1200 -M do 10.0.2.2 | grep -v rtt | grep .
  ip -n a route get 10.0.2.2 | sed 's/expires .*sec/expires Tsec/'
done
