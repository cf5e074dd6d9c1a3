# pins: a namespace's IPv4 sysctls and their defaults
# state: no
ip netns add a
ip netns exec a sysctl -a 2>/dev/null | grep '^net\.ipv4\.' | grep -v 'tcp_[rw]\?mem\|udp_mem\|tcp_max_\|tcp_fastopen_key\|fib_multipath_hash_seed\|tcp_available\|tcp_allowed\|tcp_congestion\|tcp_ehash\|udp_.*hash\|max_tw\|unres_qlen\|gc_thresh\|cipso\|neigh.*app'
