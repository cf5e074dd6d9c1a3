# pins: ping's errors
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
p() { ip netns exec a timeout 2 ping "$@"; echo "-> $?"; }
p; p -c0 10.0.0.2; p -c x 10.0.0.2; p -i 0 -c1 10.0.0.2; p -s -1 10.0.0.2; p -c1 -W1 -s 70000 10.0.0.2; p -t 256 10.0.0.2; p -t 0 -c1 10.0.0.2; p -W -1 10.0.0.2; p -M nope 10.0.0.2; p -I nope 10.0.0.2; p -I 9.9.9.9 10.0.0.2; p -c1 nosuchhost; p -c1 -W1 10.0.0; p -c1 1.2.3.4.5; p -Z 10.0.0.2; p -c1 8.8.8.8
