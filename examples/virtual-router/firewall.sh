#!/bin/bash
# The router as it ends up: boxA hidden behind the router's address, nothing in but answers and port 8800.

# Packets that leave towards boxB carry the router's address
sudo ip netns exec router iptables -t nat -A POSTROUTING -o veth2 -j SNAT --to 172.16.200.1
# Nothing passes …
sudo ip netns exec router iptables -t filter -P INPUT DROP
sudo ip netns exec router iptables -t filter -P FORWARD DROP
# … but what comes from boxA, and the answers to it
sudo ip netns exec router iptables -t filter -A FORWARD -i veth1 -j ACCEPT
sudo ip netns exec router iptables -t filter -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
# Port 8800 of the router is the web server on boxA
sudo ip netns exec router iptables -t nat -A PREROUTING -p tcp -i veth2 --destination-port 8800 \
  -j DNAT --to-destination 172.16.100.5:8800
sudo ip netns exec router iptables -t filter -A FORWARD -p tcp -i veth2 --destination-port 8800 -d 172.16.100.5 -j ACCEPT
