# pins: curl from python3 -m http.server
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
mkdir www; echo '<h1>Hello!</h1>' > www/index.html; echo data > www/data.txt
ip netns exec b python3 -m http.server 8800 -d www 2>/dev/null >/dev/null & server=$!
for i in 1 2 3 4 5 6 7 8 9 10; do ip netns exec a curl -s 10.0.0.2:8800 -o /dev/null && break; sleep 0.2; done
c() { ip netns exec a curl "$@"; echo "-> $?"; }
c -s 10.0.0.2:8800; c -s 10.0.0.2:8800/data.txt; c -s -o /dev/null -w '%{http_code} %{size_download}\n' 10.0.0.2:8800/nope; c -sI 10.0.0.2:8800/data.txt | grep -v 'Date\|Last-Mod\|Server'; c -sf 10.0.0.2:8800/nope; c -s -X POST 10.0.0.2:8800/ -o /dev/null -w '%{http_code}\n'
kill $server; wait 2>/dev/null
