# pins: ip_error and icmpv4_xrlim_allow take from one bucket a peer, so "no route" is told four times at one a second
# state: no
ip netns add h
ip netns add r
ip link add h0 netns h type veth peer name r0 netns r
ip -n h addr add 10.0.0.1/24 dev h0
ip -n h link set h0 up
ip -n r addr add 10.0.0.2/24 dev r0
ip -n r link set r0 up
sleep 0.3
ip -n h route add default via 10.0.0.2
ip netns exec h ping -c 6 -W 1 -i 0.1 9.9.9.9 | grep -v rtt
sleep 1.4
ip netns exec h ping -c 3 -W 1 -i 0.1 9.9.9.8 | grep -v rtt
