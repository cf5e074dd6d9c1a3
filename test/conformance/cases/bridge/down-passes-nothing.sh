# pins: a bridge that is down is no switch (br_handle_frame: port state disabled)
for n in sw a b c; do ip netns add $n; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
i=0
for n in a b c; do
  i=$((i+1))
  ip link add v$n netns $n type veth peer name p$n netns sw
  ip -n $n addr add 10.0.0.$i/24 dev v$n
  ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up
done
ip netns exec sw sh -c 'cat /sys/class/net/*/carrier' >/dev/null 2>\&1   # linkwatch catches up
ip -n sw link set br0 down
ip netns exec a ping -c1 -W1 10.0.0.2 | tail -2
ip -n sw link set br0 up
ip netns exec a ping -c1 -W3 10.0.0.2 | sed -n 2p
