# pins: and with bare kernel defaults
# profile: kernel
# state: no
ip netns add x
ip netns exec x sysctl net.ipv4.ip_forward net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter net.ipv4.conf.lo.rp_filter net.ipv4.conf.all.accept_redirects net.ipv4.conf.all.send_redirects
