# pins: ip -s link counts, ip -d link details of a veth and a bridge
# state: no
ip netns add a; ip -n a link add v0 type veth peer name v1; ip -n a link add br0 type bridge; ip -n a link set v0 master br0
ip -n a -d -o link show v0 | sed 's/ addrgenmode.*//; s/link.ether [^ ]* brd [^ ]*//; s/8000\.[0-9a-f:.]*/ID/g'
ip -n a -d -o link show v1 | sed 's/ addrgenmode.*//; s/link.ether [^ ]* brd [^ ]*//'
ip -n a -s link show v1 | sed -n '3,6p'
