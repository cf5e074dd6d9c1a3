# pins: options of a SYN, by sysctl
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 4 tcpdump -tnSli vb 'tcp[13] == 2' 2>/dev/null | grep -o 'options.*' | sed -E 's/TS val [0-9]+/TS val N/' & sleep 0.7
t() { ip netns exec a nc -z -w1 10.0.0.2 8000; }
t; ip netns exec a sysctl -w net.ipv4.tcp_timestamps=0 | cat >&2; t
ip netns exec a sysctl -w net.ipv4.tcp_sack=0 | cat >&2; t
ip netns exec a sysctl -w net.ipv4.tcp_window_scaling=0 | cat >&2; t
ip -n a link set va mtu 1000; t
wait
