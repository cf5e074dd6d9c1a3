# pins: a redirect stops the clock of the peer's bucket, and an error within the next second is not sent (ip_rt_send_redirect, inet_peer_xrlim_allow)
ip netns add a; ip netns add r
ip link add va netns a type veth peer name vr netns r
ip -n a addr add 10.0.1.1/24 dev va; ip -n r addr add 10.0.1.254/24 dev vr; ip -n r addr add 10.0.2.254/24 dev vr
ip -n a link set va up; ip -n r link set vr up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv4.neigh.vr.retrans_time_ms=200
ip -n a route add default via 10.0.1.254
ip netns exec a ping -c1 -W2 10.0.2.7
