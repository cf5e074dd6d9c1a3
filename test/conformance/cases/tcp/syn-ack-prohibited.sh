# pins: a connection that is not accepted yet is given up for an unreachable net or host, not for what is prohibited or refused: its SYN-ACK goes out again (tcp_v4_err, tcp_req_err)
for n in a b; do ip netns add $n; done
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.1.1/24 dev va; ip -n b addr add 10.0.1.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
for with in icmp-host-prohibited icmp-port-unreachable icmp-host-unreachable icmp-net-unreachable; do
  ip netns exec a iptables -F; ip netns exec a iptables -A INPUT -p tcp -j REJECT --reject-with $with
  ip netns exec b timeout 2.6 nc -l 80 & sleep 0.2
  ip netns exec a timeout 0.5 nc -z 10.0.1.2 80
  wait
  ip netns exec a iptables -nvxL INPUT | tail -1 | tr -s ' '
done
