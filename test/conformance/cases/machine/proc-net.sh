# pins: files of /proc/net are the namespace's
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a cat /proc/net/route; ip netns exec a cat /proc/net/dev | cut -c1-20; ip netns exec a ping -c1 10.0.0.2 >/dev/null; ip netns exec a cat /proc/net/arp
ip netns exec a ls /proc/net | grep -c .| sed 's/[0-9][0-9]*/some/'
