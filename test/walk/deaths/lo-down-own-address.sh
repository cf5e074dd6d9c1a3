#!/bin/bash
# dies: a QDISC_DROP
# because: What a sends to its own addresses goes through lo.
# cure: ip netns exec a ip link set lo up
ip netns add a
ip link add d0 netns a type veth peer name d1 netns a
ip -n a addr add 10.0.1.2/24 dev d0
ip -n a link set d0 up
ip -n a link set d1 up
try() { ip netns exec a ping -c 1 -W 1 10.0.1.2; }
try
