#!/bin/bash
# dies: a NEIGH_FAILED
# because: Nobody on a's link a0 answers its ARP requests for 10.0.1.77. No namespace of the lab has that address. On that link: 10.0.1.1 (r).
source ./router.inc
try() { ip netns exec a ping -c 1 -W 5 10.0.1.77; }
try
