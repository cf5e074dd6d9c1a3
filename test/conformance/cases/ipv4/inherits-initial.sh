# pins: a new namespace copies the initial one's IPv4 conf, on an Ubuntu host
# state: no
ip netns add x
ip netns exec x sysctl net.ipv4.ip_forward net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter net.ipv4.conf.lo.rp_filter net.ipv4.conf.all.accept_redirects
