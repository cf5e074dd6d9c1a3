#!/bin/bash
# dies: r NEIGH_FAILED
# because: Nobody on r's link r1 answers its ARP requests for 10.0.2.2. b has it on b0, which is down.
# cure: ip netns exec b ip link set b0 up
source ./router.inc
ways
ip -n b link set b0 down
sleep 1
try() {
  ip -n b route replace default via 10.0.2.1 2>/dev/null
  ip netns exec a ping -c 1 -W 5 10.0.2.2
}
try
