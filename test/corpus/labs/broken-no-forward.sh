# Why can't left reach right? (ip_forward is off on the middle)
ip netns add left
ip netns add mid
ip netns add right
ip link add l type veth peer ml
ip link add r type veth peer mr
ip link set l netns left; ip link set ml netns mid
ip link set r netns right; ip link set mr netns mid
ip netns exec left ip addr add 10.0.1.2/24 dev l
ip netns exec left ip link set l up
ip netns exec mid ip addr add 10.0.1.1/24 dev ml
ip netns exec mid ip addr add 10.0.2.1/24 dev mr
ip netns exec mid ip link set ml up
ip netns exec mid ip link set mr up
ip netns exec right ip addr add 10.0.2.2/24 dev r
ip netns exec right ip link set r up
ip netns exec mid sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'

echo "* no route at all"
ip netns exec left ping -c 1 10.0.2.2; echo "rc=$?"
ip netns exec left ip route add default via 10.0.1.1
echo "* routed, not forwarded"
ip netns exec left ping -c 1 -W 1 10.0.2.2; echo "rc=$?"
echo "* the router's own far address answers all the same"
ip netns exec left ping -c 1 -W 1 10.0.2.1; echo "rc=$?"
ip netns exec mid sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward'
echo "* forwarded, but no way back"
ip netns exec left ping -c 1 -W 1 10.0.2.2; echo "rc=$?"
ip netns exec right ip route add 10.0.1.0/24 via 10.0.2.1
echo "* at last"
ip netns exec left ping -c 1 -W 1 10.0.2.2; echo "rc=$?"
ip netns exec left ping -c 1 -W 1 127.0.0.1; echo "rc=$?"
ip netns exec left ping -c 1 -W 1 10.0.1.2; echo "rc=$?"
