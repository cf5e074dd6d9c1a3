#!/bin/bash
# dies: b NO_SOCKET
# because: Nothing in b listens on tcp port 80 at 10.0.2.2: the kernel refused it and told the sender (RST).
source ./router.inc
ways
try() { ip netns exec a curl -s -m 2 10.0.2.2; }
try
