#!/usr/bin/env bash
# Two spines, three leaves, a host on each leaf. Static routes made by loops.
set -euo pipefail
SPINES=(s1 s2)
LEAVES=(l1 l2 l3)
declare -A HOSTNET

connect() {
    local left=$1 lif=$2 lip=$3 right=$4 rif=$5 rip=$6
    ip link add "$lif" netns "$left" type veth peer name "$rif" netns "$right"
    ip -n "$left"  addr add "$lip" dev "$lif"
    ip -n "$right" addr add "$rip" dev "$rif"
    ip -n "$left"  link set "$lif" up
    ip -n "$right" link set "$rif" up
}

for n in "${SPINES[@]}" "${LEAVES[@]}"; do
    ip netns add "$n"
    ip -n "$n" link set lo up
    ip netns exec "$n" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.fib_multipath_hash_policy=1
done

for i in "${!LEAVES[@]}"; do
    leaf=${LEAVES[i]}; id=$((i + 1)); host=h$id
    HOSTNET[$leaf]=10.$id.0.0/24
    ip netns add $host
    connect $leaf $leaf-$host 10.$id.0.1/24 $host eth0 10.$id.0.10/24
    ip -n $host route add default via 10.$id.0.1
    for j in 0 1; do
        connect $leaf $leaf-${SPINES[j]} 172.16.$id.$((j * 4 + 1))/30 ${SPINES[j]} ${SPINES[j]}-$leaf 172.16.$id.$((j * 4 + 2))/30
        ip -n ${SPINES[j]} route add ${HOSTNET[$leaf]} via 172.16.$id.$((j * 4 + 1))
    done
done
for i in 1 2 3; do
    for k in 1 2 3; do
        [[ $i == "$k" ]] && continue
        ip -n l$i route add 10.$k.0.0/24 nexthop via 172.16.$i.2 nexthop via 172.16.$i.6
    done
done

ip -n l2 route | sort
ip -n s1 route | grep ^10 | sort
ok=0; total=0
for a in 1 2 3; do for b in 1 2 3; do
    total=$((total + 1))
    ip netns exec h$a ping -c1 -W1 -q 10.$b.0.10 >/dev/null && ok=$((ok + 1))
done; done
echo "$ok of $total"
# a spine dies
ip -n l1 link set l1-s1 down
ip -n l3 link set l3-s1 down
ip -n l1 route show 10.3.0.0/24
ip -n l3 route show 10.1.0.0/24
ip netns exec h1 ping -c 3 -i 0.2 -q 10.3.0.10 | grep -o '[0-9]* received'
ip netns exec h1 traceroute -n -q 1 -w 1 10.3.0.10 | awk 'NR > 1 {print $1, $2}'
