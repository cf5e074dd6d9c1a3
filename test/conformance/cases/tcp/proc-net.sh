# pins: /proc/net/tcp, udp and raw of a namespace (tcp4_seq_show, udp4_format_sock, raw_sock_seq_show); slots of hash tables, timers, inodes and pointers are chance
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.1.1/24 dev va; ip -n b addr add 10.0.1.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
cat > look.sh <<'END'
cat /proc/net/tcp | cut -c1-90 > table
cat /proc/net/udp /proc/net/raw | sed -E 's/^ *[0-9]+:/SLOT:/' | cut -c1-84 >> table
cat /proc/net/tcp /proc/net/udp | awk '{ print length($0) }' | sort -u >> table
sed -E 's/:[8-9A-F][0-9A-F]{3} /:PORT /g; s/ 03:0000[0-9A-F]{4}/ 03:T/' table
END
ip netns exec a bash -c "cat /proc/net/tcp /proc/net/udp /proc/net/raw"
ip netns exec b nc -l -k 80 > /dev/null & ip netns exec b nc -u -l 53 > /dev/null & sleep 0.3
ip netns exec a bash -c 'exec 3<>/dev/tcp/10.0.1.2/80; exec 4<>/dev/udp/10.0.1.2/53; echo hello >&3; sleep 0.3; bash look.sh; ip netns exec b bash look.sh; exec 3>&-; sleep 0.2; bash look.sh'
kill %1 %2
