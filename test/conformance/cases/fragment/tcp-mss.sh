# pins: TCP announces the MTU's share, and takes the lower of both (tcp_advmss)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n b link set vb mtu 1000; ip -n a link set va mtu 1000
ip -n a route add 10.0.0.2 dev va advmss 500
ip netns exec b timeout 2 nc -l 8000 >/dev/null & sleep 0.4
ip netns exec b timeout 1.5 tcpdump -c2 -tnvi vb 'tcp[tcpflags] & tcp-syn != 0' 2>/dev/null | grep -o 'mss [0-9]*' & sleep 0.6
echo x | ip netns exec a nc -w1 -N 10.0.0.2 8000
wait
