#!/bin/bash
# All the ways to set a sysctl
ip netns add r
ip link add u0 netns r type veth peer name u1
E="ip netns exec r"
$E sysctl net.ipv4.ip_forward
$E sysctl -n net.ipv4.ip_forward
$E sysctl -w net.ipv4.ip_forward=0
$E sysctl net.ipv4.ip_forward=1
$E sysctl -w net/ipv4/ip_forward=0
$E sysctl -qw net.ipv4.ip_forward=1
$E bash -c "echo 0 > /proc/sys/net/ipv4/ip_forward"
$E cat /proc/sys/net/ipv4/ip_forward
echo 1 | $E tee /proc/sys/net/ipv4/ip_forward
$E sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
$E sysctl -w net.ipv4.conf.u0.rp_filter=2
$E sysctl -a 2>/dev/null | grep '\.rp_filter' | grep ipv4 | grep -v '\.lo\.' | sort
$E sysctl -w net.ipv4.conf.all.forwarding=1
$E sysctl net.ipv4.conf.u0.forwarding
$E sysctl -w net.ipv4.icmp_echo_ignore_all=1
$E ip link set lo up
$E ping -c1 -W1 -q 127.0.0.1 | grep loss
printf 'net.ipv4.icmp_echo_ignore_all = 0\n# a comment\n\nnet.ipv4.ip_default_ttl=33\n' > my.conf
$E sysctl -p my.conf
$E ping -c1 127.0.0.1 | grep -o 'ttl=[0-9]*'
$E sysctl -w net.ipv4.ip_forward=banana
echo "rc $?"
$E sysctl -w net.ipv4.conf.eth9.rp_filter=1; echo "rc $?"
$E sysctl net.ipv4.no.such; echo "rc $?"
echo 5 > /proc/sys/net/ipv4/nosuch; echo "rc $?"
$E bash -c 'for f in /proc/sys/net/ipv4/conf/u0/{arp_ignore,proxy_arp,rp_filter}; do echo "${f##*/}=$(<$f)"; done'
ls /proc/sys/net/ipv4/conf | tr '\n' ' '; echo
