# pins: who takes a redirect to heart: raw sockets and UDP's do, even within the send; a TCP socket that connect() still holds does not (raw_err, __udp4_lib_err, tcp_v4_err)
# profile: kernel
ip netns add a; ip netns add r
ip link add va netns a type veth peer name vr netns r
ip -n a addr add 10.0.1.1/24 dev va; ip -n r addr add 10.0.1.254/24 dev vr; ip -n r addr add 10.0.2.254/24 dev vr
ip -n a link set va up; ip -n r link set vr up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv4.neigh.vr.retrans_time_ms=200
ip netns exec a sysctl -qw net.ipv4.neigh.va.retrans_time_ms=200
ip -n a route add default via 10.0.1.254
ip netns exec a ping -c1 -W1 10.0.2.7
sleep 1
ip netns exec a bash -c 'echo x > /dev/udp/10.0.2.8/9'
sleep 1
ip netns exec a timeout 0.5 nc -z 10.0.2.9 9
sleep 1
