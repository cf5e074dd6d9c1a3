# pins: packet_snd(): what a packet socket takes (EINVAL, ENETDOWN, EMSGSIZE), as packetwalk-inject says it
# frames: yes
ip netns add a
ip netns add b
ip link add ae0 address 02:00:00:00:00:01 netns a type veth peer name be0 address 02:00:00:00:00:02 netns b
for n in a b; do ip -n $n link set ${n}e0 up; done
try() { ip netns exec a packetwalk-inject "$@"; echo "= $?"; }
zeros() { printf '00%.0s' $(seq $1); }
try
try --help
try ae0 ''
try ae0 0g
try ae0 012
try nodev 00
try lo $(zeros 20)
try ae0 $(zeros 13)
try ae0 $(zeros 14)
try ae0 $(zeros 1514)
try ae0 $(zeros 1515)
try ae0 ff:ff:ff:ff:ff:ff 02:00:00:00:00:01 81:00 $(zeros 1504)
try ae0 ff:ff:ff:ff:ff:ff 02:00:00:00:00:01 81:00 $(zeros 1505)
try ae0 <<'FRAME'
ff:ff:ff:ff:ff:ff 02:00:00:00:00:01   # to everyone, from a
88b5 01020304                         # an experimental EtherType (IEEE 802)
FRAME
