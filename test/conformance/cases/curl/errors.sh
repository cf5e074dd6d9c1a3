# pins: curl's exit codes and words
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
c() { ip netns exec a curl "$@" 2>&1 | sed -E 's/after [0-9]+ m/after N m/'; echo "-> ${PIPESTATUS[0]}"; }
ip netns exec b iptables -A INPUT -p tcp --dport 81 -j DROP; ip netns exec b iptables -A INPUT -p tcp --dport 82 -j REJECT
c -sS 10.0.0.2; c -sS 10.0.0.2:82; c -sS --connect-timeout 1 10.0.0.2:81; c -sS -m 1 10.0.0.2:81; c -sS nosuchhost; c -sS; c -sS --nope 10.0.0.2; c -s 10.0.0.2; c -sS nope://10.0.0.2/
