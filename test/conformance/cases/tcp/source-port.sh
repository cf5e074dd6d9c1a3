# pins: nc -p and -s choose the source; a port in use is refused
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.0.0.7/24 dev va
ip netns exec b iptables -A INPUT -p tcp -s 10.0.0.7 --sport 1234
ip netns exec a nc -z -s 10.0.0.7 -p 1234 10.0.0.2 80; echo $?
ip netns exec b iptables -nvL INPUT | tail -1
ip netns exec a timeout 1 nc -l 10.0.0.7 5555 & sleep 0.3
ip netns exec a timeout 0.3 nc -l 10.0.0.7 5555; echo $?
ip netns exec a timeout 0.3 nc -l 10.0.0.8 5555; echo $?
wait
