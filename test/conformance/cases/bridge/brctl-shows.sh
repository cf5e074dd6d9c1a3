# pins: brctl's view of a bridge
# state: no
for n in sw a b c; do ip netns add $n; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up
i=0
for n in a b c; do
  i=$((i+1))
  ip link add v$n netns $n type veth peer name p$n netns sw
  ip -n $n addr add 10.0.0.$i/24 dev v$n
  ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up
done
ip netns exec sw brctl show | sed 's/8000\.[0-9a-f]*/ID/'
ip netns exec sw brctl addbr br1; ip netns exec sw brctl addbr br1; echo $?
ip netns exec sw brctl delbr br0; echo $?
ip -n sw link set br0 down; ip netns exec sw brctl delbr br0; echo $?
ip netns exec sw brctl addif br1 pa; ip netns exec sw brctl addif br1 pa; echo $?
ip netns exec sw brctl delif br1 pb; echo $?
ip netns exec sw brctl show | sed 's/8000\.[0-9a-f]*/ID/'
