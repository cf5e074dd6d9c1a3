#!/bin/bash
# ip -batch for those who are in a hurry
cat > topology.batch <<'EOF'
# a star: three leaves round a hub
netns add hub
link add hub1 netns hub type veth peer name leaf1
link add hub2 netns hub type veth peer name leaf2
link add hub3 netns hub type veth peer name leaf3
-n hub link set hub1 up
link set leaf1 up
link set leaf2 up
addr add 10.1.0.1/24 dev leaf1

addr add 10.2.0.1/24 dev leaf2
route add 10.100.0.0/16 via 10.1.0.254 metric 50
EOF
ip -batch topology.batch
echo "status $?"
ip netns list
{ for i in 1 2 3; do echo "link set hub$i up"; echo "addr add 10.$i.0.254/24 dev hub$i"; done; } | ip -n hub -batch -
echo "status $?"
ip -n hub -br -4 addr show up | awk '{print $1,$2,$3}'
ping -c1 -q 10.1.0.254
ip route show 10.100.0.0/16
printf 'link set leaf3 up\nlink set nosuch up\naddr add 10.3.0.1/24 dev leaf3\n' > bad.batch
ip -b bad.batch; echo "stops at the fault: $?"
ip -br addr show leaf3 | awk '{print NF}'
ip -force -b bad.batch; echo "with -force: $?"
ip -4 -br addr show leaf3 | awk '{print $3}'
