#!/usr/bin/env bash
set -euo pipefail

BR=sw0
HOSTS=(alice bob carol dave)
NET=10.10.10

for i in "${!HOSTS[@]}"; do
    h=${HOSTS[$i]}
    ip netns add "$h"
done
ip link add name "$BR" type bridge
ip link set dev "$BR" up

n=1
for h in "${HOSTS[@]}"; do
    ip link add "p-$h" type veth peer name eth0 netns "$h"
    ip link set "p-$h" master "$BR"
    ip link set "p-$h" up
    ip -n "$h" addr add "$NET.$n/24" dev eth0
    ip -n "$h" link set eth0 up
    ip -n "$h" link set lo up
    ((n += 1))
done

bridge link | sed -E 's/^[0-9]+: //' | sort
for a in "${HOSTS[@]}"; do
    for b in 1 2 3 4; do
        if ip netns exec "$a" ping -c1 -W1 -q "$NET.$b" >/dev/null; then
            printf '%-6s -> %s ok\n' "$a" "$NET.$b"
        else
            printf '%-6s -> %s FAIL\n' "$a" "$NET.$b"
        fi
    done
done
echo "learned: $(bridge fdb show br "$BR" | grep -vc permanent)"
ip -br link show master "$BR" | cut -d' ' -f1
for h in "${HOSTS[@]}"; do ip netns del "$h"; done
sleep 0.3   # the kernel takes its time to unmake them
ip link del "$BR"
ip -o link | wc -l
