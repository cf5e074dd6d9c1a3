#!/bin/bash
# dies: a ENETUNREACH
# because: lo is down in a, as it is in every new namespace.
# cure: ip netns exec a ip link set lo up
ip netns add a
try() { ip netns exec a ping -c 1 -W 1 127.0.0.1; }
try
