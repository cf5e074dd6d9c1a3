# pins: multipath: by addresses, so that one destination keeps one way; weights share the hash
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a addr add 10.1.0.1/24 dev va
ip -n a route add 172.16.0.0/12 nexthop via 10.0.0.2 weight 1 nexthop via 10.1.0.2 weight 3
ip -n a route
for i in $(seq 1 200); do ip -n a route get 172.16.0.$i; done | grep -o 'via [0-9.]*' | sort | uniq -c | awk '{print $3, ($1>20 && $1<90) ? "a quarter" : ($1>110 && $1<180) ? "three quarters" : $1}'
for i in 1 2 3 4 5; do ip -n a route get 172.16.0.9 | head -1; done | sort -u | wc -l
