# pins: a bridge with an address is a host on its own network
for n in sw a b c; do ip netns add $n; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
i=0
for n in a b c; do
  i=$((i+1))
  ip link add v$n netns $n type veth peer name p$n netns sw
  ip -n $n addr add 10.0.0.$i/24 dev v$n
  ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up
done
ip -n sw addr add 10.0.0.254/24 dev br0
ip netns exec a ping -c1 -W1 10.0.0.254 | sed -n 2p
ip netns exec sw ping -c1 -W1 10.0.0.3 | sed -n 2p
ip -n sw route
