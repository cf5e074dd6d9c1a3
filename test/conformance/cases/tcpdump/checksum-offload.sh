# pins: local TCP and UDP leave their checksum to the device (CHECKSUM_PARTIAL), so that captures on a veth show the sum of the pseudo header; NAT, tx off and fragments (skb_checksum_help)
# state: no
for n in a r b; do ip netns add $n; done
ip link add a0 netns a type veth peer name r0 netns r; ip link add b0 netns b type veth peer name r1 netns r
on() { ip netns exec $1 sysctl -qw net.ipv6.conf.$2.disable_ipv6=1; ip -n $1 addr add $3/24 dev $2; ip -n $1 link set $2 up; ip -n $1 link set lo up; }
on a a0 10.0.1.2; on r r0 10.0.1.1; on r r1 10.0.2.1; on b b0 10.0.2.2
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec a ping -c 1 10.0.2.2 > /dev/null
watch() {
  for on in a:a0 r:r0 r:r1 b:b0; do
    ip netns exec ${on%:*} tcpdump -lntvv -i ${on#*:} 'tcp[tcpflags] & tcp-syn != 0 or udp or icmp or tcp[tcpflags] & tcp-rst != 0' > ${on#*:} 2>/dev/null &
  done
  sleep 1; "$@"; sleep 0.5; kill $(jobs -p); wait
  for f in a0 r0 r1 b0; do
    echo "== $f"; sed -E 's/, id [0-9]+/, id N/; s/-> 0x[0-9a-f]+/-> OK/; s/ (seq|ack) [0-9]+/ \1 N/g; s/TS val [0-9]+ ecr [0-9]+/TS/; s/cksum 0x[0-9a-f]+ \(correct/cksum X (correct/; s/\.(3[3-9]|[45][0-9])[0-9]{3}/.PORT/g' $f
  done
}
udp() { echo hello | ip netns exec a nc -u -w 1 -p 4000 ${1:-10.0.2.2} 5000; }
syn() { ip netns exec a nc -z -p 4001 ${1:-10.0.2.2} 5001; }
echo "-- plain"; watch udp; watch syn
echo "-- dnat"
ip netns exec r iptables -t nat -A PREROUTING -p udp --dport 5000 -j DNAT --to-destination 10.0.2.2:6000
ip netns exec r iptables -t nat -A PREROUTING -p tcp --dport 5001 -j DNAT --to-destination 10.0.2.2:6001
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j SNAT --to-source 10.0.2.1
watch udp 10.0.1.1; watch syn 10.0.1.1
ip netns exec r iptables -t nat -F; ip netns exec r conntrack -F 2>/dev/null
echo "-- reset"
ip netns exec r iptables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset
watch syn; ip netns exec r iptables -F
echo "-- fragments"
ip -n r link set r1 mtu 576; ip netns exec a sysctl -qw net.ipv4.ip_no_pmtu_disc=1
big() { head -c 900 /dev/zero | ip netns exec a nc -u -w 1 -p 4000 10.0.2.2 5000; }
watch big
echo "-- tx off"
ip netns exec r ethtool -K r1 tx off > /dev/null
watch udp; watch syn
ip netns exec a ethtool -K a0 tx off > /dev/null
watch udp
