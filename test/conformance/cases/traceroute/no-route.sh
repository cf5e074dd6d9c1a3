# pins: traceroute without a route: the heading's line is not ended, ICMP does not get to it
# state: no
ip netns add a
ip netns exec a traceroute -n 8.8.8.8; echo "-> $?"
ip netns exec a traceroute -I -n 8.8.8.8; echo "-> $?"
