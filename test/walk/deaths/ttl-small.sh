#!/bin/bash
# dies: r IP_INHDR
# because: a sent it with TTL 1, too small for the way to 10.0.2.2. Each router takes one, and r told the sender
# cure: ip netns exec a ping -c 1 -t 64 10.0.2.2
source ./router.inc
ways
try() { ip netns exec a ping -c 1 -W 1 -t 1 10.0.2.2; }
try
