# pins: an ICMP error that comes while connect() still holds the socket does not end the attempt (tcp_v4_err, sock_owned_by_user): a blocking connect waits for the next SYN, poll(2) and SO_ERROR tell at once
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.1.1/24 dev va; ip -n b addr add 10.0.1.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up; ip -n a link set lo up
ip netns exec a sysctl -qw net.ipv4.icmp_ratelimit=0; ip netns exec b sysctl -qw net.ipv4.icmp_ratelimit=0
ip netns exec b iptables -A INPUT -p tcp -j REJECT
ip netns exec a iptables -A OUTPUT -d 10.0.1.9 -p tcp -j REJECT
for to in 10.0.1.2 10.0.1.2 10.0.1.9; do
  ip netns exec a timeout 0.6 nc -zv $to 80; echo $?
  ip netns exec a curl -sS -m 0.6 $to 2>&1 | sed -E 's/after [0-9]+ m/after N m/'
  ip netns exec a timeout 0.6 bash -c "echo > /dev/tcp/$to/80"; echo $?
  ip netns exec a timeout 2.5 bash -c "echo > /dev/tcp/$to/80"; echo $?
done
ip netns exec b iptables -Z
ip netns exec a timeout 2.5 bash -c "echo > /dev/tcp/10.0.1.2/80" 2>/dev/null
ip netns exec b iptables -nvxL INPUT | tail -1 | tr -s ' '
