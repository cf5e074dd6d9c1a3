#!/bin/bash -e
# DNAT, REDIRECT, SNAT and hairpin on one box
ip netns add out; ip netns add nat; ip netns add in1; ip netns add in2
ip link add br-lan netns nat type bridge
ip -n nat link set br-lan up
ip -n nat addr add 192.168.9.1/24 dev br-lan
for i in 1 2; do
  ip link add lan netns in$i type veth peer name port$i netns nat
  ip -n nat link set port$i master br-lan up
  ip -n in$i addr add 192.168.9.1$i/24 dev lan
  ip -n in$i link set lan up
  ip -n in$i link set lo up
  ip -n in$i route add default via 192.168.9.1
done
ip link add wan netns nat type veth peer name net netns out
ip -n nat addr add 203.0.113.1/24 dev wan; ip -n nat link set wan up; ip -n nat link set lo up
ip -n out addr add 203.0.113.2/24 dev net; ip -n out link set net up

N="ip netns exec nat iptables"
$N -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 81 -j DNAT --to 192.168.9.11:8000
$N -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 82 -j DNAT --to-destination 192.168.9.12:8000
$N -t nat -A PREROUTING -p tcp --dport 90 -j REDIRECT --to-ports 8000
$N -t nat -A OUTPUT -d 203.0.113.1 -p tcp --dport 81 -j DNAT --to-destination 192.168.9.11:8000
$N -t nat -A POSTROUTING -s 192.168.9.0/24 -d 192.168.9.0/24 -p tcp -j MASQUERADE -m comment --comment "hairpin"
$N -t nat -A POSTROUTING -o wan -s 192.168.9.0/24 -j SNAT --to-source 203.0.113.1

for h in in1 in2 nat; do
  mkdir -p $h; echo "this is $h" > $h/index.html
  (cd $h; ip netns exec $h python3 -m http.server 8000 &> ../$h.log) &
done
sleep 0.8
get() { printf '%-4s %-24s ' $1 $2; ip netns exec $1 curl -s -m 2 $2 || echo "failed ($?)"; }
get out 203.0.113.1:81
get out 203.0.113.1:82
get out 203.0.113.1:90
get out 203.0.113.1:91
get in1 203.0.113.1:82
get in2 203.0.113.1:81
get in1 203.0.113.1:81
get nat 203.0.113.1:81
get nat 127.0.0.1:8000
echo "logs:"
for f in in1 in2 nat; do sed "s/^\([^ ]*\).*\"\(.*\)\" /$f \1 \2 /" $f.log | grep GET | cut -d- -f1; done
$N -t nat -L PREROUTING -nv --line-numbers
$N -t nat -D PREROUTING 3
$N -t nat -C POSTROUTING -o wan -s 192.168.9.0/24 -j SNAT --to-source 203.0.113.1 && echo "still there"
$N -t nat -S PREROUTING
kill $(jobs -p) 2>/dev/null
ip -all netns exec true
for n in out nat in1 in2; do ip netns pids $n | xargs -r kill; done
wait
