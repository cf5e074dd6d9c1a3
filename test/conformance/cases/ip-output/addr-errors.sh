# pins: errors of ip addr
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
i() { ip -n a addr "$@"; echo "-> $?"; }
i add 10.0.0.1/24 dev va; i add 10.0.0.300/24 dev va; i add 10.0.0.1/33 dev va; i add 10.0.0.5 dev nope; i add 10.0.0.5; i del 10.0.0.99/24 dev va; i add dev va; i add 10.0.0.6/24 dev va nonsense; i nonsense; i del 10.0.0.1 dev va; i flush; i flush dev nope; i flush dev va; i show va; i add 0.0.0.0/0 dev va; i add 224.0.0.1/24 dev va; i add 10.0.0.6/24 broadcast 10.0.0.7 dev va; i replace 10.0.0.6/24 dev va; i change 10.9.0.6/24 dev va; i add 10.0.0.8/24 scope nope dev va
