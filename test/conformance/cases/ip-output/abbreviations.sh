# pins: words of ip may be shortened as long as iproute2's order decides (matches)
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip -n a a a 10.7.0.1/24 dev va; ip -n a a s va | grep -c 10.7; ip -n a l s va down; ip -n a li sh va | grep -c DOWN; ip -n a link set va up; ip -n a r a 10.8.0.0/16 dev va; ip -n a r r 10.8.0.0/16 via 10.7.0.9; ip -n a ro | grep 10.8; ip -n a r d 10.8.0.0/16; ip -n a n a 10.7.0.5 lladdr 02:00:00:00:00:05 dev va; ip -n a n; ip -n a ru; ip -n a ad d 10.7.0.1/24 dev va; ip -n a address sho va | grep -c 'inet '; ip netn l | sort
