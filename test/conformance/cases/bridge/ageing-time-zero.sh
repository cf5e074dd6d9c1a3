# pins: with ageing_time 0 the bridge forgets at once (hold_time)
for n in sw a b c; do ip netns add $n; ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
i=0
for n in a b c; do
  i=$((i+1))
  ip link add v$n netns $n type veth peer name p$n netns sw
  ip -n $n addr add 10.0.0.$i/24 dev v$n
  ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up
done
ip -n sw link set br0 type bridge ageing_time 0
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
sleep 0.2
ip netns exec sw bridge fdb show br br0 dynamic | wc -l
ip -n sw -d link show br0 | grep -o 'ageing_time [0-9]*'
