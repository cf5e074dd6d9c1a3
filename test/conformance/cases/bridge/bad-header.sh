# pins: where bridged packets meet the IPv4 chains, one with a bad header checksum goes no further (br_validate_ipv4)
# frames: yes
ip netns add a; ip netns add b; ip netns add sw
ip link add va address 02:00:00:00:00:01 netns a type veth peer name p1 address 02:00:00:00:01:01 netns sw
ip link add vb address 02:00:00:00:00:02 netns b type veth peer name p2 address 02:00:00:00:01:02 netns sw
ip -n sw link add br0 address 02:00:00:00:01:00 type bridge mcast_snooping 0; ip -n sw link set br0 up
ip -n sw link set p1 master br0; ip -n sw link set p2 master br0; ip -n sw link set p1 up; ip -n sw link set p2 up
ip -n a link set va up; ip -n b link set vb up
send() { ip netns exec a packetwalk-inject va 02:00:00:00:00:02 02:00:00:00:00:01 080045b8001c0002000040111234 0a0009020a0009010035ffff0008d9a6; }
send
ip netns exec sw sysctl -qw net.bridge.bridge-nf-call-iptables=0
send
sleep 0.1
