# pins: bridged frames: PHYSIN, PHYSOUT, MAC (br_netfilter, nf_log_dump_packet_common)
# host-log: yes
# state: no
for n in sw a b; do ip netns add $n; ip -n $n link set lo up; done
ip -n sw link add br0 type bridge; ip -n sw addr add 10.0.0.1/24 dev br0; ip -n sw link set br0 up
for n in a b; do ip link add e0 netns $n type veth peer name p$n netns sw; ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set e0 up; done
ip -n a addr add 10.0.0.2/24 dev e0; ip -n b addr add 10.0.0.3/24 dev e0
ip netns exec sw sysctl -qw net.bridge.bridge-nf-call-iptables=1
for c in PREROUTING INPUT FORWARD OUTPUT POSTROUTING; do ip netns exec sw iptables -t mangle -A $c -j LOG --log-prefix "$c "; done
echo "-- through"; ip netns exec a ping -c 1 -W 1 10.0.0.3 > /dev/null; dmesg -ct | grep IN=
echo "-- to the bridge"; ip netns exec a ping -c 1 -W 1 10.0.0.1 > /dev/null; dmesg -ct | grep IN=
echo "-- from the bridge"; ip netns exec sw ping -c 1 -W 1 10.0.0.3 > /dev/null; dmesg -ct | grep IN=
