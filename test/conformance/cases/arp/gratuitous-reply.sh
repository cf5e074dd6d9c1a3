# pins: a gratuitous reply overrides a fresh entry only when its target hardware address is the sender's (arp_is_garp, LOCKTIME)
# profile: kernel
for n in a b; do ip netns add $n; done
ip link add va address 02:00:00:00:00:01 netns a type veth peer name vb address 02:00:00:00:00:02 netns b
ip -n a addr add 10.0.1.1/24 dev va; ip -n b addr add 10.0.1.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a sysctl -qw net.ipv4.neigh.va.locktime=60000
ip netns exec a ping -c1 -W1 10.0.1.2 > /dev/null
ip netns exec b packetwalk-inject vb 02:00:00:00:00:01 02:00:00:00:00:02 0806000108000604000202000000007f0a0001020200000000020a000102
ip -n a neigh | cut -d' ' -f1-5
ip netns exec b packetwalk-inject vb 02:00:00:00:00:01 02:00:00:00:00:02 0806000108000604000202000000007f0a00010202000000007f0a000102
ip -n a neigh | cut -d' ' -f1-5
ip netns exec b packetwalk-inject vb 02:00:00:00:00:01 02:00:00:00:00:02 0806000108000604000102000000007e0a0001020000000000000a000102
ip -n a neigh | cut -d' ' -f1-5
