# pins: the three-way handshake and close, as tcpdump shows them
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 2 nc -l 8000 >/dev/null & sleep 0.3
ip netns exec b timeout 1.6 tcpdump -tnSli vb -c 7 tcp 2>/dev/null | sed -E 's/(seq|ack) [0-9]+(:[0-9]+)?/\1 N/g; s/TS val [0-9]+ ecr [0-9]+/TS/; s/win [0-9]+/win W/' & sleep 0.7
echo hi | ip netns exec a nc -N -w1 10.0.0.2 8000
wait
