#!/bin/bash
# The virtual router, step by step. Run it with its packets' walks: packetwalk walk story.sh
cd "$(dirname "${BASH_SOURCE[0]}")" || exit

echo "── Three boxes: boxA – router – boxB"
source ./setup.sh

echo "── The mangle table of boxA is empty"
sudo ip netns exec boxA \
   iptables -t mangle -L

echo "── A first rule: log what boxA sends"
sudo ip netns exec boxA \
   iptables -t filter -A OUTPUT \
   -j LOG \
   --log-prefix "boxA:OUTPUT:filter:" \
   --log-level info

echo "── Log every chain of every table"
bash ./logging.sh

echo "── The first ping: boxA knows no way"
sudo ip netns exec boxA \
   ping -c 1 172.16.200.5

echo "── A way: through the router. The second ping leaves, and nothing comes back"
sudo ip netns exec boxA \
   ip route add default via 172.16.100.1
sudo ip netns exec boxA \
   ping -c 1 172.16.200.5
dmesg

echo "── SNAT: boxB sees the router's address, and can answer"
sudo ip netns exec router \
   iptables -t nat \
   -A POSTROUTING \
   -o veth2 \
   -j SNAT --to 172.16.200.1
sudo ip netns exec boxA \
   ping -c 1 172.16.200.5

echo "── A firewall that locks its owner out"
sudo ip netns exec router \
   iptables -t filter \
   -P INPUT DROP
sudo ip netns exec router \
   iptables -t filter \
   -P FORWARD DROP
sudo ip netns exec boxA \
   ping -c 1 172.16.200.5

echo "── Let boxA's packets through: now the answer is dropped"
sudo ip netns exec router \
   iptables -t filter \
   -A FORWARD \
   -i veth1 -j ACCEPT
sudo ip netns exec boxA \
   ping -c 1 172.16.200.5

echo "── Connection tracking: answers may come in"
sudo ip netns exec router \
   iptables -t filter \
   -A FORWARD \
   -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
sudo ip netns exec boxA \
   ping -c 1 172.16.200.5

echo "── DNAT: port 8800 of the router is the web server on boxA"
cd www || exit
sudo ip netns exec boxA python3 -m http.server 8800 &
cd ..
sleep 1
sudo ip netns exec router \
  iptables -t nat -A PREROUTING \
  -p tcp \
  -i veth2 \
  --destination-port 8800 \
  -j DNAT \
  --to-destination 172.16.100.5:8800
sudo ip netns exec router \
  iptables -t filter -A FORWARD \
  -p tcp \
  -i veth2 \
  --destination-port 8800 \
  -d 172.16.100.5 \
  -j ACCEPT
sudo ip netns exec boxB \
  curl -w "\n" 172.16.200.1:8800

sudo pkill -f http.server
wait
source ./teardown.sh
