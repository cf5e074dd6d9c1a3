#!/bin/bash
# Two uplinks; who goes where is decided by source address.
ip netns add site; ip netns add isp1; ip netns add isp2
for i in 1 2; do
  ip link add up$i netns site type veth peer name down netns isp$i
  ip -n site addr add 100.64.$i.2/24 dev up$i
  ip -n site link set up$i up
  ip -n isp$i addr add 100.64.$i.1/24 dev down
  ip -n isp$i addr add 8.8.4.4/32 dev lo
  ip -n isp$i link set lo up
  ip -n isp$i link set down up
done
ip -n site link set lo up

ip netns exec site ip route add default via 100.64.1.1 dev up1
ip netns exec site ip route add default via 100.64.2.1 dev up2 table 200
ip netns exec site ip rule add from 100.64.2.2 lookup 200 priority 1000
ip netns exec site ip rule add fwmark 0x2 table 200
ip netns exec site ip rule
ip netns exec site ip route show table 200
ip netns exec site ip route show table main
echo "- decisions"
ip netns exec site ip route get 8.8.4.4
ip netns exec site ip route get 8.8.4.4 from 100.64.2.2
ip netns exec site ip route get 8.8.4.4 mark 2
ip netns exec site ip -o route get 100.64.2.1 | awk '{print $3}'

ip netns exec isp1 iptables -A INPUT -p icmp -j ACCEPT
ip netns exec isp2 iptables -A INPUT -p icmp -j ACCEPT
ip netns exec site ping -c 1 -q 8.8.4.4 | grep transmitted
ip netns exec site ping -c 2 -i 0.2 -q -I 100.64.2.2 8.8.4.4 | grep transmitted
for i in 1 2; do
  echo -n "isp$i saw "
  ip netns exec isp$i iptables -nvxL INPUT | awk '/icmp/ {print $1 " packets"}'
done
ip netns exec site iptables -t mangle -A OUTPUT -d 8.8.4.4 -m mark ! --mark 0x2 -j MARK --set-mark 2
ip netns exec site ping -c 1 -q -W 1 8.8.4.4 | grep transmitted
ip netns exec isp2 iptables -nvxL INPUT | awk '/icmp/ {print "isp2 now " $1}'
ip netns exec site ip rule del from 100.64.2.2
ip netns exec site ip rule del fwmark 2
ip netns exec site ip rule list
