#!/bin/bash
sudo ip netns add one
sudo ip netns add two
sudo ip link add v-one type veth peer name v-two
sudo ip link set v-one netns one
sudo ip link set v-two netns two
sudo ip netns exec one sudo ip addr add 10.200.1.1/24 dev v-one
sudo ip netns exec two sudo ip addr add 10.200.1.2/24 dev v-two
sudo -E ip netns exec one ip link set dev v-one up
sudo -n ip netns exec two ip link set dev v-two up
sudo ip netns exec one ip link set lo up
sudo bash -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
echo 1 | sudo tee /proc/sys/net/ipv4/ip_forward > /dev/null
sudo sysctl -w net.ipv4.ip_forward=1
sudo sh -c "ip netns exec one ping -c 1 10.200.1.2 | tail -3 | head -1"
sudo FOO=bar bash -c 'echo "FOO is $FOO"'
sudo -u root id -un
sudo ip netns exec one bash <<'INNER'
echo "inside $(ip netns identify)"
ip -br -4 a | awk '{print $1, $3}'
exit 3
INNER
echo "the inner shell ended with $?"
sudo nsenter --net=/var/run/netns/two ip -4 -o addr show v-two | awk '{print $4}'
sudo false || echo "sudo hands on $?"
sudo ip netns del one && sudo ip netns del two
sudo ip netns ls | wc -l
