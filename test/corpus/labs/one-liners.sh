# pasted from a wiki, prompt and all the small sins included
ip netns add A;ip netns add B;ip link add ab type veth peer name ba
ip link set ab netns A&&ip link set ba netns B
ip -n A addr add 10.0.0.1/24 dev ab;ip -n B addr add 10.0.0.2/24 dev ba
for i in A:ab B:ba;do ip -n ${i%%:*} link set ${i##*:} up;ip -n ${i%%:*} link set lo up;done
ip netns exec A ping -c1 10.0.0.2|awk -F'[=/ ]+' '/ttl/{print "ttl",$8}'
[ "`ip netns exec A ip route|wc -l`" = 1 ]&&echo one route
(ip netns exec B nc -l -p 5000 >recv.txt &) ; sleep .4
echo "over tcp"|ip netns exec A nc -N 10.0.0.2 5000;sleep .2;cat recv.txt
ip netns exec B nc -u -l -p 5001 > udp.txt & UP=$!
sleep .3; echo -n "over udp"|ip netns exec A nc -u -w1 10.0.0.2 5001; kill $UP; wait $UP 2>/dev/null; cat udp.txt; echo
ip netns exec A bash -c 'exec 3<>/dev/tcp/10.0.0.2/5999' 2>&1 | head -1
ip netns exec B ss -tuln | tail -n +2 | wc -l
ip netns exec A nc -zv -w1 10.0.0.2 80-82 2>&1 | grep -c refused
ip netns exec A sh -c 'ip a s ab' | grep -w inet | tr -s ' ' | cut -d' ' -f3
x=$(ip netns exec A ping -c1 -W1 10.0.0.77) || echo "rc=$? lines=$(echo "$x" | wc -l)"
ip netns exec A ip -s neigh | awk '{print $1, $NF}' | sort
eval "ip netns exec B ip addr show ba | grep -c 10.0.0.2"
watch_once() { clear 2>/dev/null >/dev/null; "$@"; }; watch_once ip -n A -br -4 a | grep ab | awk '{print $3}'
ip netns ls | sort -r | xargs -n1 ip netns del;ip netns ls|wc -l;rm -f recv.txt udp.txt
