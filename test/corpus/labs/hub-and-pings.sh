#! /bin/bash
# Parallel pings with a summary; exit status tells.
NUM=5
fail=0
ip link add hub type bridge
ip link set hub type bridge ageing_time 0 stp_state 0
ip link set dev hub up
i=1
while [ $i -le $NUM ]; do
   ip netns add n$i
   ip link add n$i-p type veth peer name n$i-e
   ip link set n$i-e netns n$i
   ip link set n$i-p master hub
   ip link set n$i-p up
   ip netns exec n$i ip addr add 192.168.100.$i/24 dev n$i-e
   ip netns exec n$i ip link set n$i-e up
   let i++
done
pids=""
for j in `seq 2 $NUM`; do
   ( ip netns exec n1 ping -c 3 -i 0.2 -q 192.168.100.$j > res.$j 2>&1; echo $? > rc.$j ) &
   pids="$pids $!"
done
for p in $pids; do wait $p || fail=`expr $fail + 1`; done
for j in `seq 2 $NUM`; do
   echo "n$j: rc=`cat rc.$j` `grep -o '[0-9]* received' res.$j`"
done
ip netns exec n3 ip link set n3-e down
ip netns exec n1 ip neigh flush all
for j in 2 3; do
   ip netns exec n1 ping -c 1 -W 1 192.168.100.$j > /dev/null && echo "n$j up" || { echo "n$j down"; fail=$((fail+1)); }
done
echo "failures: $fail"
rm -f res.* rc.*
exit $fail
