# pins: wrong usage
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
tell() { "$@"; echo "[$?] $*"; }
R conntrack; echo $?
tell R conntrack -X
tell R conntrack -L -p nonsense
tell R conntrack -L --sport 80
tell R conntrack -D
tell R conntrack -L -s nonsense
tell R conntrack -V
tell R conntrack -L -C
