# pins: net_xmit_errno(): a frame over the peer's MTU, which veth_xmit() refuses, is ENOBUFS for a socket with IP_RECVERR and nothing for others
# frames: yes
ip netns add a; ip netns add r
ip link add ae0 address 02:00:00:00:00:01 netns a type veth peer name re0 address 02:00:00:00:00:02 netns r
ip -n a addr add 10.0.1.1/24 dev ae0; ip -n a link set ae0 up
ip -n r addr add 10.0.1.2/24 dev re0; ip -n r link set re0 up
for n in a r; do ip netns exec $n sysctl -qw net.ipv4.neigh.${n}e0.delay_first_probe_time=60; done
ip netns exec a ping -c1 -W1 10.0.1.2 | grep -c from
ip -n r link set re0 mtu 1000
ip netns exec a ping -c1 -W1 -s 1400 10.0.1.2
ip netns exec a ping -c1 -W1 -s 2000 10.0.1.2
head -c 1400 /dev/zero | ip netns exec a nc -u -w1 10.0.1.2 80; echo nc $?
head -c 1400 /dev/zero > f; ip netns exec a bash -c 'cat f > /dev/udp/10.0.1.2/80'; echo $?
ip netns exec a traceroute -n -q1 -m1 -w1 10.0.1.2 1300 | tail -1 | sed 's/[0-9.]* ms/T/'
ip netns exec a traceroute -I -n -q1 -m1 -w1 10.0.1.2 1300 | tail -1| sed 's/[0-9.]* ms/T/'
