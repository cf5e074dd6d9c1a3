# pins: nc's errors
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
n() { timeout 1 ip netns exec a nc "$@" </dev/null; echo "-> $?"; }
n; n 10.0.0.2; n -l; n 10.0.0.2 nope; n nosuchhost 80; n -w x 10.0.0.2 80; n -l -p 80 -s 9.9.9.9; n 10.0.0.2 70000; n -Q
