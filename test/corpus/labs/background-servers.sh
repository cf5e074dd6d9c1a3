#!/bin/bash
# Three web servers on one host, one client; wait for each, then stop them.
ip netns add srv; ip netns add cli
ip link add s0 netns srv type veth peer name c0 netns cli
ip -n srv addr add 10.3.0.1/24 dev s0; ip -n srv link set s0 up; ip -n srv link set lo up
ip -n cli addr add 10.3.0.2/24 dev c0; ip -n cli link set c0 up

declare -A PIDS
for port in 8001 8002 8003; do
    mkdir -p site$port
    echo "I am port $port" > site$port/index.html
    (cd site$port && exec ip netns exec srv python3 -m http.server $port) >$port.log 2>&1 &
    PIDS[$port]=$!
done

for port in 8001 8002 8003; do
    tries=0
    until ip netns exec cli curl -s -o /dev/null --max-time 1 http://10.3.0.1:$port/; do
        tries=$((tries + 1))
        [ $tries -gt 50 ] && { echo "gave up on $port"; break; }
        sleep 0.1
    done
    echo "$port: $(ip netns exec cli curl -s http://10.3.0.1:$port/)"
done
ip netns exec srv ss -tln | awk 'NR > 1 {print $4}' | sort
ip netns exec cli curl -s http://10.3.0.1:8001/site/ | head -3
ip netns exec cli curl -s http://10.3.0.1:9999/; echo "closed port: $?"
ip netns exec cli curl -sf http://10.3.0.1:8002/missing; echo "with -f: $?"
for port in 8001 8002 8003; do
    kill ${PIDS[$port]}
    wait ${PIDS[$port]}
    echo "server $port ended with $?"
done
grep -c '"GET / HTTP/1.1" 200' 8001.log 8002.log | tr ':' ' ' | awk '$2 >= 2 {print $1, "ok"}'
ip netns exec cli curl -s http://10.3.0.1:8001/; echo "after: $?"
rm -rf site* *.log
