#!/bin/bash
# Commands that never end by themselves, ended by timeout and by signals
ip netns add t
ip -n t link set lo up
timeout 1.1 ip netns exec t ping -i 0.5 127.0.0.1 | head -2
echo "statuses: ${PIPESTATUS[*]}"
timeout -s INT 1.1 ip netns exec t ping -i 0.25 127.0.0.1 | grep -oE '[0-9.]+% packet loss'
timeout --preserve-status -s INT 0.6 ip netns exec t ping -q -i 0.25 127.0.0.1 > /dev/null; echo "ping's own: $?"
ip netns exec t ping -w 1 -i 0.3 -q 127.0.0.1 | grep -c '0% packet loss'
timeout 0.5 sleep 10; echo "sleep: $?"
{ timeout -k 0.2 0.3 bash -c 'trap "" TERM; sleep 5'; } 2>/dev/null; echo "stubborn: $?"
timeout 5 false; echo "quick: $?"
timeout 1 nosuchcommand; echo "missing: $?"
ip netns exec t ping -i 0.2 127.0.0.1 > /dev/null &
P=$!
sleep 0.5; kill $P; wait $P; echo "killed: $?"
ip netns exec t ping -i 0.2 127.0.0.1 > p.log 2>/dev/null & P=$!
sleep 0.5; kill -QUIT $P; sleep 0.1; kill -INT $P; wait $P; echo "interrupted: $?"
tail -1 p.log | cut -d= -f1
for i in 1 2 3; do sleep 0.$i & done
wait -n; echo "first: $?"
wait; echo "all: $?"
SECONDS=0; sleep 1.2; echo "about $SECONDS s"
ip netns exec t timeout 1 bash -c 'while :; do date +%s > /dev/null; sleep 0.2; done'; echo "loop: $?"
n=0
until [ $n -ge 3 ]; do n=$((n+1)); timeout 0.3 ip netns exec t ping -c1 10.9.9.9 >/dev/null 2>&1 || echo "try $n"; done
rm p.log
