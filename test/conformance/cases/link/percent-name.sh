# pins: a name with %d takes the first free number (dev_alloc_name)
# state: no
ip netns add a
ip -n a link add sw%d type bridge; ip -n a link add sw%d type bridge; ip -n a link add br%d type bridge; ip -n a link add v%d type veth peer name v%d
ip -n a link del sw0; ip -n a link add sw%d type bridge
ip -n a -br link | awk '{print $1}'
