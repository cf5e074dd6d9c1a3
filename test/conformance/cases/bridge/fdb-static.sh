# pins: a static entry sends frames to its port, right or wrong (bridge fdb add)
for n in sw a b c; do ip netns add $n; ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
i=0
for n in a b c; do
  i=$((i+1))
  ip link add v$n netns $n type veth peer name p$n netns sw
  ip -n $n addr add 10.0.0.$i/24 dev v$n
  ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up
done
m=$(ip netns exec b cat /sys/class/net/vb/address)
ip netns exec sw bridge fdb add $m dev pc master static; echo $?
ip netns exec sw bridge fdb add $m dev pc master static; echo $?
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2; 
ip netns exec sw bridge fdb show dev pc | sed "s/$m/mac-of-b/" | grep mac-of-b
ip netns exec sw bridge fdb del $m dev pc master; echo $?
ip netns exec a ping -c1 -W1 10.0.0.2 | sed -n 2p
