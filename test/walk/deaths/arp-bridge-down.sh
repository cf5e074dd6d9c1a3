#!/bin/bash
# dies: a NEIGH_FAILED
# because: b has it on d0, but the request was lost in s, bridge br0. br0 is down.
# cure: ip netns exec s ip link set br0 up
source ./router.inc
ip netns add s
ip -n s link add br0 type bridge
ip link add p0 netns s type veth peer name c0 netns a
ip link add p1 netns s type veth peer name d0 netns b
for p in p0 p1; do
  ip -n s link set $p master br0
  ip -n s link set $p up
done
ip -n a addr add 10.5.0.1/24 dev c0
ip -n b addr add 10.5.0.2/24 dev d0
ip -n a link set c0 up
ip -n b link set d0 up
try() { ip netns exec a ping -c 1 -W 5 10.5.0.2; }
try
