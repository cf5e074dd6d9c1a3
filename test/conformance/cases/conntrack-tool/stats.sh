# pins: -S, summed over processors
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
R conntrack -S | head -1 | tr ' ' '\n' | grep -o '^[a-z_]*=' 
