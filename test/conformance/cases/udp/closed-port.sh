# pins: a connected UDP socket hears of a closed port at its next call (udp_err, ECONNREFUSED)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a bash -c 'exec 3<>/dev/udp/10.0.0.2/9; echo one >&3; sleep 0.2; echo two >&3; echo "second: $?"; sleep 0.2; echo three >&3; echo "third: $?"'
