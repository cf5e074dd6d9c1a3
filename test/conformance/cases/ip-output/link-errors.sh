# pins: errors of ip link
# state: no
ip netns add a
i() { ip -n a link "$@"; echo "-> $?"; }
i add v0 type veth peer name v1; i add v0 type veth peer name v2; i add v3 type veth peer name v1; i add v4 type nope; i add; i add v5; i set; i set nope up; i set v0 nonsense; i set v0 mtu x; i set v0 netns nope; i set v0 address x; i show nope; i del; i del nope; i set v0 master nope; i add abcdefghijklmnopq type bridge; i add v6 type veth peer; i add v7 type veth peer name v7; i set dev v0 up down; i set v0 name v1; i add v8 mtu 10 type veth peer name v9
