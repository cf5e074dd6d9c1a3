# pins: what tools say of themselves and of odd arguments: ping, traceroute, tracepath, arping, nc, curl, ss, arp, route, ifconfig, brctl, sysctl
# state: no
exec 2>&1
ip netns add a; ip netns add r; ip netns add b
ip link add ar type veth peer name ra; ip link add rb type veth peer name bp
ip link set ar netns a; ip link set ra netns r; ip link set rb netns r; ip link set bp netns b
ip -n a addr add 10.0.1.2/24 dev ar; ip -n r addr add 10.0.1.1/24 dev ra; ip -n r addr add 10.0.2.1/24 dev rb; ip -n b addr add 10.0.2.2/24 dev bp
for n in a r b; do for d in $(ip -n $n -o link | sed 's/^[0-9]*: //;s/[@:].*//'); do ip netns exec $n sysctl -qw net.ipv6.conf.$d.disable_ipv6=1; ip -n $n link set $d up; done; done
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
echo "-- 1"
ip netns exec a ping -c1 -W1 -r 10.0.2.2 | tail -3
echo "-> $?"
echo "-- 2"
ip netns exec a ping -c1 -r 10.0.1.1 | tail -3 | head -1
echo "-> $?"
echo "-- 3"
ip netns exec a ping -c1 -W 1x 10.0.1.1 | head -1
echo "-> $?"
echo "-- 4"
ip netns exec a ping -V
echo "-> $?"
echo "-- 5"
ip netns exec a traceroute -V
echo "-> $?"
echo "-- 6"
ip netns exec a traceroute --help
echo "-> $?"
echo "-- 7"
ip netns exec a traceroute 10.0.2.2 foo
echo "-> $?"
echo "-- 8"
ip netns exec a tracepath -V
echo "-> $?"
echo "-- 9"
ip netns exec a tracepath -h
echo "-> $?"
echo "-- 10"
ip netns exec a arping -V
echo "-> $?"
echo "-- 11"
ip netns exec a arping -h
echo "-> $?"
echo "-- 12"
ip netns exec a nc -h
echo "-> $?"
echo "-- 13"
ip netns exec a curl
echo "-> $?"
echo "-- 14"
ip netns exec a curl -h
echo "-> $?"
echo "-- 15"
ip netns exec a ss -h
echo "-> $?"
echo "-- 16"
ip netns exec a ss -ltn -f inet
echo "-> $?"
echo "-- 17"
ip netns exec a arp -s 10.77.1.8 02:00:00:00:00:07
echo "-> $?"
echo "-- 18"
ip netns exec a arp -s 10.0.1.8 02:00:00:00:00:07
echo "-> $?"
echo "-- 19"
ip netns exec a arp -d 10.77.1.8
echo "-> $?"
echo "-- 20"
ip netns exec a route add -host 10.9.0.2/24 gw 10.0.1.1 2>&1 | head -1
echo "-> $?"
echo "-- 21"
ip netns exec a route -C -n
echo "-> $?"
echo "-- 22"
ip netns exec a ifconfig nope 1.2.3.4
echo "-> $?"
echo "-- 23"
ip netns exec a ifconfig ar metric 3
echo "-> $?"
echo "-- 24"
ip netns exec a ifconfig ar -pointopoint
echo "-> $?"
echo "-- 25"
ip netns exec r brctl addbr br0
echo "-> $?"
echo "-- 26"
ip netns exec r brctl addif br0 br0
echo "-> $?"
echo "-- 27"
ip netns exec r brctl hairpin br0 nope on
echo "-> $?"
echo "-- 28"
ip netns exec r brctl addif br0 lo
echo "-> $?"
echo "-- 29"
ip netns exec r bridge fdb add 02:00:00:00:00:05 dev lo master
echo "-> $?"
echo "-- 30"
printf -- '-net.nope=1\nbad line\n' > s.conf; ip netns exec a sysctl -p s.conf
echo "-> $?"
