# pins: ping's output in the common cases
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
p() { ip netns exec a ping "$@"; echo "-> $?"; }
p -c1 10.0.0.2; p -q -c2 -i0.1 10.0.0.2; p -n -c1 -s 0 10.0.0.2; p -c1 -s 15 10.0.0.2; p -c1 -s 16 10.0.0.2; p -c1 -W1 10.0.0.9; p -c1 -w1 10.0.0.9; p -c2 -i0.2 -W0.3 10.0.0.9; p -D -c1 10.0.0.2 | sed 's/^\[[0-9.]*\]/[D]/'; p -c1 -v 10.0.0.2 | sed 's/ident=[0-9]*/ident=N/'
