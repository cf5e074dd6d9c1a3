# pins: a veth counts frames and bytes with their Ethernet header
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
for n in a b; do ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1; done
sleep 0.2
tx() { ip netns exec a cat /proc/net/dev | awk '/va:/{print $10, $11}' | tr '\n' ' '; ip netns exec a cat /proc/net/dev | awk '/va:/{print $2, $3}'; }
before=($(tx))
ip netns exec a ping -c3 -i0.1 -s 100 10.0.0.2 >/dev/null
after=($(tx))
echo "tx bytes $((after[0] - before[0])) rx bytes $((after[2] - before[2])) rx packets $((after[3] - before[3]))"
