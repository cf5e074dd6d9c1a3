# pins: a router without a route answers (ip_error), a record route with its address towards the sender (fib_compute_spec_dst); also what claims to come from itself
# profile: kernel
# frames: yes
ip netns add r; ip netns add c
ip link add cv address 02:00:00:00:00:05 netns c type veth peer name rv address 02:00:00:00:00:06 netns r
ip link add rx netns r type veth peer name ry netns r
ip -n c addr add 10.0.3.2/24 dev cv; ip -n r addr add 10.0.3.1/24 dev rv; ip -n r addr add 10.0.2.1/24 dev rx
ip -n c link set cv up; ip -n r link set rv up; ip -n r link set rx up; ip -n r link set ry up; ip -n r link set lo up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n c route add default via 10.0.3.1
ip netns exec c ping -c1 -W1 -R 192.0.2.9
ip netns exec c ping -c1 -W1 192.0.2.9
ip netns exec r iptables -A OUTPUT -p icmp
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020000200004001acd10a000201c0000209080033310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020000200004001abd10a000301c0000209080033310007000161626364
# each type: an error is not made about what counts as one (icmp_pointers)
ip netns exec r sysctl -qw net.ipv4.icmp_ratelimit=0
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001000004001abc20a000302c000020900003b310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001100004001abc10a000302c000020901003a310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001200004001abc00a000302c0000209020039310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001500004001abbd0a000302c0000209050036310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001600004001abbc0a000302c0000209060035310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001700004001abbb0a000302c0000209070034310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001900004001abb90a000302c0000209090032310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001a00004001abb80a000302c00002090a0031310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001d00004001abb50a000302c00002090d002e310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020001f00004001abb30a000302c00002090f002c310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020002200004001abb00a000302c0000209120029310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020002300004001abaf0a000302c0000209130028310007000161626364
ip netns exec c packetwalk-inject cv 02:00:00:00:00:06 02:00:00:00:00:05 080045000020003a00004001ab980a000302c00002092a0011310007000161626364
sleep 0.2
