# pins: errors of ip route add, del, change, replace (fib_table_insert, fib_create_info)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
r() { ip -n a route "$@"; echo "$* -> $?"; }
r add 10.9.0.0/16 via 10.0.0.2
r add 10.9.0.0/16 via 10.0.0.2
r add 10.9.0.0/16 via 10.0.0.3
r append 10.9.0.0/16 via 10.0.0.3
r prepend 10.9.0.0/16 via 10.0.0.4
r append 10.9.0.0/16 via 10.0.0.3
r replace 10.9.0.0/16 via 10.0.0.5
r change 10.10.0.0/16 via 10.0.0.5
r replace 10.10.0.0/16 via 10.0.0.5
r change 10.10.0.0/16 via 10.0.0.6
r add 10.11.0.0/16 via 10.99.0.1
r add 10.11.0.0/16 via 10.0.0.1
r add 10.11.0.0/16 via 8.8.8.8 dev va
r add 10.11.0.0/16 via 8.8.8.8 dev va onlink
r add 10.12.1.0/16 dev va
r add 10.13.0.0/16 dev nope
r add 10.13.0.0/33 dev va
r add nonsense dev va
r add 10.14.0.0/16 via 10.0.0.2 src 9.9.9.9
r add 10.15.0.0/16
r add default
r del 10.99.0.0/16
r del 10.9.0.0/16 via 10.0.0.77
r del 10.9.0.0/16 dev lo
r add 10.16.0.0/16 via 10.0.0.2 table 1234
r add 10.16.0.0/16 via 10.0.0.2 table nope
r add 10.17.0.0/16 via 10.0.0.2 proto nope
r add 10.17.0.0/16 via 10.0.0.2 proto static metric 4294967295 mtu 1400 advmss 1000 hoplimit 9
r show
r show table 1234
r show table nope
