# pins: listing, checking and flushing make no table; adding makes it
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
for c in "-L" "-S" "-F" "-X" "-Z" "-C INPUT -j ACCEPT" "-D INPUT 1" "-D INPUT -j ACCEPT" "-t nat -nvL"; do R iptables $c >/dev/null 2>&1; echo "$c $?"; R iptables-save; done
R iptables -N x; R iptables-save | grep -v '^#'
