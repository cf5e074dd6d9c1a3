# pins: a frame does not go back out of its port, unless hairpin is on (should_deliver)
for n in sw a; do ip netns add $n; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
ip link add va netns a type veth peer name pa netns sw
ip -n sw link set pa master br0; ip -n sw link set pa up; ip -n a link set va up
ip -n a addr add 10.0.0.1/24 dev va
for h in off on; do
  ip netns exec sw bridge link set dev pa hairpin $h
  ip netns exec a timeout 1.2 tcpdump -Qin -tnli va arp 2>/dev/null & sleep 0.5
  ip netns exec a ping -c1 -W0.3 10.0.0.9 >/dev/null
  wait; echo "hairpin $h"
done
