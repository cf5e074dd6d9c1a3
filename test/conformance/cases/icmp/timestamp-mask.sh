# pins: timestamp requests are answered, address mask requests are not (icmp_timestamp, icmp_discard)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a iptables -A INPUT -p icmp --icmp-type timestamp-reply; ip netns exec a iptables -A INPUT -p icmp --icmp-type address-mask-reply
ip netns exec a hping3 -q -c 1 --icmp --icmptype 13 10.0.0.2 >/dev/null 2>&1; ip netns exec a timeout 1 hping3 -q -c 1 --icmp --icmptype 17 10.0.0.2 >/dev/null 2>&1
ip netns exec a iptables -nvxL INPUT | awk 'NR>2{print $1}'
