# pins: some options read the whole word when their argument is glued to them
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
for a in "-ptcp" "-s10.0.0.1" "-d10.0.0.1" "-ilo" "-jACCEPT" "-mmark --mark 1" "--source=1.1.1.1" "--protocol=tcp" "--jump=ACCEPT"; do tell R iptables -A INPUT $a; done; R iptables -S
