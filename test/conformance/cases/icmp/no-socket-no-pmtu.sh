# pins: an ICMP error teaches the PMTU only for a socket that sent what it quotes (icmp_socket_deliver, __udp4_lib_err)
ip netns add a; ip netns add b
ip link add va address 02:00:00:00:00:01 netns a type veth peer name vb address 02:00:00:00:00:02 netns b
ip -n a addr add 10.0.1.1/24 dev va; ip -n b addr add 10.0.1.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ping -c1 -W1 10.0.1.2 > /dev/null
# Fragmentation needed, MTU 700, about a UDP datagram from b's port 9 to a's port 7.
send() {
  ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 08004500003800010000400164c20a0001010a0001020304f4af000002bc450005940003400040111f540a0001020a0001010009000705800000
}
send
sleep 0.1
ip -n b route get 10.0.1.1
ip netns exec b timeout 2 nc -u -l 9 > /dev/null &
sleep 0.3
send
sleep 0.1
ip -n b route get 10.0.1.1 | sed 's/expires .*sec/expires Tsec/'
wait
