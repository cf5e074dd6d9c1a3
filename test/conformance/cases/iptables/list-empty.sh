# pins: an empty table, listed in every way
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
R iptables -L; R iptables -nvL; R iptables -S; R iptables-save; R iptables -t nat -nL; R iptables -t mangle -S; R iptables -t raw -S; R iptables -t security -S
R iptables-save | grep -v '^#'
