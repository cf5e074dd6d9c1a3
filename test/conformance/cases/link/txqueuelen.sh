# pins: queue lengths
ip netns add a
ip -n a link add d0 txqueuelen 50 type bridge; echo $?
ip -n a -d -o link show d0 | grep -o 'qlen [0-9]*'
