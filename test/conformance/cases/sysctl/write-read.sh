# pins: sysctl's output and errors (procps)
# state: no
ip netns add a
s() { ip netns exec a sysctl "$@"; echo "-> $?"; }
s net.ipv4.ip_forward; s -n net.ipv4.ip_forward; s -w net.ipv4.ip_forward=0; s -qw net.ipv4.ip_forward=1; s -w net.ipv4.nope=1; s net.ipv4.nope; s -e net.ipv4.nope
s net.ipv4.ip_forward=0; s -w net.ipv4.ip_forward; s -w net.ipv4.ip_forward=; s -w net.ipv4.ip_forward=abc; s -w net.ipv4.ip_default_ttl=0; s -w net.ipv4.ip_default_ttl=256; s -w 'net.ipv4.ip_local_port_range=40000 50000'; s net/ipv4/ip_forward; s -N net.ipv4.ip_forward; s -b net.ipv4.ip_forward; s -n net.ipv4.ip_local_port_range
s -w net.ipv4.ip_local_port_range=5; s -w net.ipv4.tcp_syn_retries=0; s -w net.ipv4.tcp_syn_retries=2; s -w net.ipv4.conf.all.rp_filter=9; s net.ipv4.conf.all.rp_filter; s -w net.ipv4.icmp_ratelimit=-1; s -w net.ipv4.route.min_pmtu=10
