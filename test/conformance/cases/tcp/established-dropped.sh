# pins: data that gets no acknowledgement is sent again; the other side sees nothing
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 3 nc -l 8000 & sleep 0.4
(sleep 0.3; ip netns exec b iptables -A INPUT -p tcp --dport 8000 -j DROP; echo late; sleep 1) | ip netns exec a timeout 1.8 nc 10.0.0.2 8000; echo $?
ip netns exec b iptables -nvxL INPUT | awk 'NR==3{print ($1 >= 2) ? "sent again" : $1}'
wait
