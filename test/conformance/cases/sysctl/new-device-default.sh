# pins: a new device takes conf.default; conf.all is no default
# state: no
ip netns add a
ip netns exec a sysctl -qw net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.all.arp_ignore=2 net.ipv4.conf.default.proxy_arp=1
ip -n a link add v0 type veth peer name v1
ip netns exec a sysctl net.ipv4.conf.v0.rp_filter net.ipv4.conf.v0.arp_ignore net.ipv4.conf.v0.proxy_arp
