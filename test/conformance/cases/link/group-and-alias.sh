# pins: groups and aliases of devices
ip netns add a
for i in 1 2 3; do ip -n a link add d$i type bridge; done
ip -n a link set d1 group 5; ip -n a link set d2 group 5
ip -n a link set d1 alias "to the office"
ip -n a link set group 5 up; echo $?
ip -n a link show | sed 's/link.ether.*//'
ip -n a link del group 5; echo $?
ip -n a -br link | awk '{print $1}'
