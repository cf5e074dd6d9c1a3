# pins: arping's words (iputils)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a arping -c2 -I va 10.0.0.2 | sed 's/\[[0-9A-F:]*\]  *[0-9.]*ms/[MAC] Tms/'; echo ${PIPESTATUS[0]}
ip netns exec a arping -c1 -w1 -I va 10.0.0.9; echo $?
ip netns exec a arping -D -c1 -w1 -I va 10.0.0.2 | sed 's/\[[0-9A-F:]*\]  *[0-9.]*ms/[MAC] Tms/'; echo ${PIPESTATUS[0]}
ip netns exec a arping -D -c1 -w1 -I va 10.0.0.9; echo $?
ip netns exec a arping -c1 -I nope 10.0.0.2; echo $?
