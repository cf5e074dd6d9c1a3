#!/bin/bash
# A background ping notices when the cable is pulled and put back.
ip netns add m1
ip netns add m2
ip link add x1 netns m1 type veth peer name x2 netns m2
ip -n m1 a add 10.50.0.1/24 dev x1
ip -n m2 a add 10.50.0.2/24 dev x2
ip -n m1 link set up dev x1
ip -n m2 link set up dev x2

answers() { grep -c 'bytes from' ping.log; }

ip netns exec m1 ping -i 0.25 10.50.0.2 > ping.log &
PING_PID=$!
until [ "$(answers)" -ge 3 ]; do sleep 0.1; done
ip -n m2 link set x2 down
sleep 0.5
before=$(answers)
sleep 1
[ "$(answers)" -eq "$before" ] && echo "no answers while it is out"
ip -n m2 link set x2 up
until [ "$(answers)" -ge $((before + 6)) ]; do sleep 0.1; done
echo "and answers again"
kill -INT $PING_PID
wait $PING_PID
echo "ping exit status: $?"
head -3 ping.log
tail -n 3 ping.log | grep -oE '[0-9]+ packets transmitted' | awk '$1 >= 9 {print "sent all the while"}'
[ -d /proc/$PING_PID ] && echo "still there" || echo "gone"
jobs
