#!/bin/bash
# Getting facts out of ip's output, the various ways people do it
ip netns add box
ip link add eth0 netns box type veth peer name peer0
ip -n box link set eth0 address 0a:00:00:00:00:01
ip -n box addr add 10.20.30.40/24 brd + dev eth0
ip -n box addr add 10.20.30.41/24 dev eth0 label eth0:web
ip -n box link set eth0 up
ip link set peer0 up
ip -n box route add default via 10.20.30.1 metric 100

X="ip netns exec box"
echo "1: $($X ip -4 addr show eth0 | grep -oP '(?<=inet\s)\d+(\.\d+){3}' | head -1)"
echo "2: $($X ip -o -4 addr list eth0 | awk '{print $4}' | cut -d/ -f1 | tr '\n' ' ')"
echo "3: $($X ip addr show eth0 | sed -n 's/.*inet \([0-9.]*\).*/\1/p' | tail -n1)"
echo "4: $($X cat /sys/class/net/eth0/address)"
echo "5: $($X ip link show eth0 | awk '/ether/ {print $2}')"
echo "6: $($X ip route | awk '/^default/ {print $3}')"
echo "7: $($X ip r | grep ^default | cut -d ' ' -f 5)"
echo "8: $($X ip -j addr show eth0 | grep -o '"local":"10[^"]*"' | cut -d'"' -f4 | paste -sd,)"
echo "9: $($X ip -br a | awk '$1 ~ /^eth0/ {print $2, $3}')"
echo "10: $(ip -o link show type veth | wc -l) veth here"
echo "11: $($X ip -4 -o addr show scope global | awk '{split($4, a, "/"); print a[1] "|" a[2]}' | xargs)"
echo "12: $($X ifconfig eth0 | awk '/inet / {print $2; exit}')"
echo "13: $($X hostname -I 2>/dev/null | wc -w)"
echo "14: $($X ip route get 10.20.30.99 | sed 's/^.*src \([^ ]*\).*$/\1/;1q')"
idx=$(cat /sys/class/net/peer0/iflink); echo "15: peer index $idx"
$X ip -j -p route show default
$X ip -j route get 10.20.30.7
$X ip -d -o link show eth0 | grep -o 'veth'
$X ip -s link show eth0 | awk '/RX/ {getline; print "rx errors " $3}'
$X ip -c=always -4 -br addr show eth0 | cat -v
while read -r name state addr rest; do
    printf '%-10s|%-8s|%s\n' "${name%%@*}" "$state" "$addr"
done < <($X ip -br -4 addr show)
