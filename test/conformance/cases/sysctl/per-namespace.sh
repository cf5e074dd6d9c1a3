# pins: a sysctl is its namespace's own
# state: no
ip netns add a; ip netns add b
ip netns exec a sysctl -w net.ipv4.ip_forward=0; ip netns exec b sysctl -w net.ipv4.ip_forward=1; ip netns exec a sysctl net.ipv4.ip_forward
sysctl -w net.ipv4.ip_forward=0; ip netns exec b sysctl net.ipv4.ip_forward
