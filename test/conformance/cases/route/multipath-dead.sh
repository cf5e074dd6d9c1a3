# pins: a dead next hop is left out
for n in a b; do ip netns add $n; done
for i in 1 2; do ip link add v$i netns a type veth peer name w$i netns b; ip -n a link set v$i up; ip -n b link set w$i up; ip -n a addr add 10.0.$i.1/24 dev v$i; ip -n b addr add 10.0.$i.2/24 dev w$i; done
ip -n a route add 172.16.0.0/16 nexthop via 10.0.1.2 nexthop via 10.0.2.2
ip -n a link set v1 down
ip -n a route
for i in 1 2 3 4 5 6; do ip -n a route get 172.16.0.$i | head -1; done | sed 's/172.16.0.[0-9]/X/' | sort | uniq -c
ip -n a link set v1 up
ip -n a route
