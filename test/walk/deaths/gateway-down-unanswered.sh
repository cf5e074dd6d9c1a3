#!/bin/bash
# dies: a NEIGH_FAILED
# because: Nobody on a's link a0 answers its ARP requests for 10.0.1.1. r has it on r0, which is down.
# cure: ip netns exec r ip link set r0 up
source ./router.inc
ways
ip -n r link set r0 down
try() { ip netns exec a ping -c 1 -W 1 10.0.2.2; }
try
