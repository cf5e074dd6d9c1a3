# pins: the higher of all and the device counts
# state: no
for n in a r b; do ip netns add $n; done
ip link add va netns a type veth peer name ra netns r
ip link add vb netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev va; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev vb; ip -n r addr add 10.0.2.1/24 dev rb
ip -n a link set va up; ip -n r link set ra up; ip -n r link set rb up; ip -n b link set vb up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.0.1.1
ip -n a addr add 10.0.2.77/32 dev va
ip netns exec r iptables -A FORWARD -s 10.0.2.77
for all in 0 1 2; do for dev in 0 1 2; do
  ip netns exec r sysctl -qw net.ipv4.conf.all.rp_filter=$all net.ipv4.conf.ra.rp_filter=$dev
  ip netns exec r iptables -Z FORWARD
  ip netns exec a ping -c1 -W0.1 -I 10.0.2.77 10.0.2.2 >/dev/null
  echo "all $all dev $dev: $(ip netns exec r iptables -nvxL FORWARD | awk 'NR==3{print $1}')"
done; done
