# pins: ip neigh add, change, replace, append, del and their errors (neigh_add, neigh_delete)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
n() { ip -n a neigh "$@"; echo "$* -> $?"; }
n add 10.0.0.5 lladdr 02:00:00:00:00:05 dev va
n add 10.0.0.5 lladdr 02:00:00:00:00:06 dev va
n change 10.0.0.6 lladdr 02:00:00:00:00:06 dev va
n replace 10.0.0.6 lladdr 02:00:00:00:00:06 dev va nud stale
n replace 10.0.0.6 lladdr 02:00:00:00:00:07 dev va nud reachable
n add 10.0.0.7 dev va
n add 10.0.0.7 lladdr 02:00:00:00:00:07 dev nope
n add 10.0.0.8 nud failed dev va
n add 10.0.0.9 lladdr 02:00:00:00:00:09 dev va nud noarp
n del 10.0.0.99 dev va
n del 10.0.0.6
n show dev nope
n show 10.0.0.5
n get 10.0.0.5 dev va
n get 10.0.0.77 dev va
n show nud permanent
n show nud stale
n flush 10.0.0.5
n flush dev va
ip -n a neigh show nud all dev va to 10.0.0.0/24 | sort
