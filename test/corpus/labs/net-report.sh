#!/bin/bash
# A report on a namespace, as a table
ip netns add lab
ip -n lab link set lo up
ip -n lab link add dummy0 type veth peer name other0
ip -n lab link set dummy0 address 0e:00:00:00:00:01 mtu 1400 up
ip -n lab link set other0 address 0e:00:00:00:00:03 up
ip -n lab addr add 172.16.5.1/24 dev dummy0
ip -n lab addr add 172.16.5.2/24 dev dummy0
ip -n lab link add br0 type bridge
ip -n lab link set br0 address 0e:00:00:00:00:02
ip -n lab route add 10.0.0.0/8 via 172.16.5.254
ip -n lab route add blackhole 192.0.2.0/24
ip -n lab route add unreachable 198.51.100.0/24 metric 7

line() { printf '+%*s+\n' 46 '' | tr ' ' -; }
row()  { printf '| %-10s | %-7s | %-21s |\n' "$@"; }
line; row device state addresses; line
while IFS= read -r dev; do
	state=$(ip -n lab -br link show "$dev" | awk '{print $2}')
	addrs=$(ip -n lab -4 -o addr show "$dev" | awk '{print $4}' | paste -sd ' ' | cut -c1-21)
	row "$dev" "$state" "${addrs:--}"
done < <(ip -n lab -o link | awk -F': ' '{sub(/@.*/, "", $2); print $2}')
line
echo "MTUs:";  ip -n lab -o link | sed -E 's/^[0-9]+: ([^:]+):.* mtu ([0-9]+) .*/\1 \2/' | sort -k2 -n | column -t 2>/dev/null || true
echo "Routes by type:"
ip -n lab route show table all type unicast | grep -v '^ff\|^fe80\|^::' | wc -l
ip -n lab route show type blackhole
ip -n lab route show type unreachable
ip -n lab route show | awk '{print ($1 == "default") ? "0/0" : $1}' | sort -t. -k1,1n | tr '\n' ' '; echo
echo "Numbers: $(ip -n lab -j link | grep -o '"ifname"' | wc -l) devices, $(ip -n lab -4 -o addr | wc -l) addresses"
ip -n lab -j -p addr show dummy0 | sed -n '/"local"/p;/"prefixlen": 24/p'
ip -n lab -d link show br0 | grep -oE 'ageing_time [0-9]+|stp_state [01]|priority [0-9]+' | sort -u | xargs
ip netns exec lab bash -c 'for f in /sys/class/net/*/{operstate,mtu}; do echo "$(basename $(dirname $f))/$(basename $f)=$(cat $f)"; done' | sort
ip netns exec lab cat /proc/net/dev | awk 'NR > 2 {print $1}' | sort
ip netns exec lab awk 'NR > 1 {print $1, $2, $8}' /proc/net/route | sort
ip -n lab route get 192.0.2.1; echo $?
ip -n lab route get 198.51.100.1; echo $?
ip -n lab route get 172.16.5.2 | head -1
ip -n lab addr del 172.16.5.1/24 dev dummy0; ip -n lab -4 -o addr show dummy0 | wc -l
