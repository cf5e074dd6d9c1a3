# pins: names from /etc/hosts
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
mkdir -p /etc/netns/a 2>/dev/null && printf '127.0.0.1 localhost\n10.0.0.2 bob bobby\n' > /etc/netns/a/hosts
ip netns exec a ping -c1 bob | head -2
ip netns exec a ping -c1 -n bobby | head -2
rm -rf /etc/netns/a
