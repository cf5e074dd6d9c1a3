# pins: a parameter problem carries back only the options that stand before the bad one (ip_options_compile, __ip_options_echo); a second record route is bad
# frames: yes
ip netns add a; ip netns add b
ip link add va address 02:00:00:00:00:01 netns a type veth peer name vb address 02:00:00:00:00:02 netns b
ip -n a addr add 10.0.1.1/24 dev va; ip -n b addr add 10.0.1.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b sysctl -qw net.ipv4.icmp_ratelimit=0
ip netns exec a ping -c1 -W1 10.0.1.2 > /dev/null
# a record route too short to be one
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 0800460000240001000040015cd40a0001010a00010207020000080033310007000161626364
# a good one, then one with a bad pointer
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 08004800002c0002000040014fbc0a0001010a000102070704000000000707030000080033310007000161626364
# two record routes
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 0800490000300003000040014eb60a0001010a00010207070400000000070704000000000000080033310007000161626364
# a record route and a time stamp that is full, fifteen times already
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 0800490000300004000040010bcb0a0001010a0001020707040000000001440405f000000000080033310007000161626364
# rubbish behind the end of the list
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 08004800002c00050000400156c30a0001010a0001020707040000000000ffffffff080033310007000161626364
# a time stamp without room for address and time
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 08004700002800060000400119c40a0001010a0001024408050100000000080033310007000161626364
# a router alert too short
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 080046000024000700004001cfcc0a0001010a00010294030000080033310007000161626364
# an option without a length
ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 08004600002400080000400161c70a0001010a00010201010107080033310007000161626364
