# pins: a frame for a known address leaves by its port only
for n in sw a b c; do ip netns add $n; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
i=0
for n in a b c; do
  i=$((i+1))
  ip link add v$n netns $n type veth peer name p$n netns sw
  ip -n $n addr add 10.0.0.$i/24 dev v$n
  ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up
done
ip netns exec a ping -c1 -W1 10.0.0.2 >/dev/null; ip netns exec c ping -c1 -W1 10.0.0.2 >/dev/null
(ip netns exec c timeout 1.5 tcpdump -tnli vc icmp 2>/dev/null; echo "tcpdump $?") &
sleep 0.7
ip netns exec a ping -c2 -i0.2 -W1 10.0.0.2 >/dev/null
wait
