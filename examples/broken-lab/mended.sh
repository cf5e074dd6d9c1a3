#!/bin/bash
# The five faults of broken.sh, each mended as its walk says.

cd "$(dirname "${BASH_SOURCE[0]}")" || exit
source ./broken.sh

echo "1. client has no route beyond its own link"
ip netns exec client ip route add default via 10.10.0.1
ip netns exec client curl -s -S -m 2 http://10.20.0.10/

echo "2. router does not forward"
ip netns exec router sysctl -w net.ipv4.ip_forward=1
ip netns exec client curl -s -S -m 2 http://10.20.0.10/

echo "3. the firewall opens port 8080; the web server's is 80"
ip netns exec router iptables -A FORWARD -i to-client -p tcp --dport 80 -j ACCEPT
ip netns exec client curl -s -S -m 2 http://10.20.0.10/

echo "4. web has no way back to client, and drops what it could not answer"
ip netns exec web ip route add 10.10.0.0/24 via 10.20.0.1
ip netns exec client curl -s -S -m 2 http://10.20.0.10/

echo "5. the web server listens on 127.0.0.1 alone: look who listens, and start it for all addresses"
ip netns exec web ss -tln
kill $(ip netns pids web)
wait 2>/dev/null
ip netns exec web python3 -m http.server 80 2>/dev/null &
sleep 1
ip netns exec client curl -s -S -m 2 http://10.20.0.10/
kill $(ip netns pids web)
