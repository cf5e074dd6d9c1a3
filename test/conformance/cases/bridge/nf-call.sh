# pins: br_netfilter brings bridged IPv4 to the FORWARD chain while bridge-nf-call-iptables is 1
for n in sw a b c; do ip netns add $n; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
i=0
for n in a b c; do
  i=$((i+1))
  ip link add v$n netns $n type veth peer name p$n netns sw
  ip -n $n addr add 10.0.0.$i/24 dev v$n
  ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up
done
ip netns exec sw sysctl -w net.bridge.bridge-nf-call-iptables=1
ip netns exec sw iptables -A FORWARD -m physdev --physdev-in pa -p icmp -j DROP
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
ip netns exec c ping -c1 -W1 10.0.0.2 | sed -n 2p
ip netns exec sw sysctl -w net.bridge.bridge-nf-call-iptables=0
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
