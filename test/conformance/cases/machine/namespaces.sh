# pins: names of network namespaces, and the errors of `ip netns` (ip/ipnetns.c)
ip netns add red
ip netns add blue
ip netns add red; echo "status $?"
ip netns list
ip netns exec green true; echo "status $?"
ip netns del blue
ip netns del blue; echo "status $?"
ip netns
