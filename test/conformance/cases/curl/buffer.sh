# pins: to a pipe, the body comes when curl ends, behind what it says on standard error; -N writes at once
# state: no
ip link set lo up; mkdir w; echo Hello > w/index.html; cd w
python3 -m http.server 8000 >/dev/null 2>&1 &
until curl -s -o /dev/null http://127.0.0.1:8000/; do sleep 0.2; done
for how in "" -N; do curl -sv $how http://127.0.0.1:8000/ 2>&1 | grep -v '^[<>]' | tail -3; done
curl -s http://127.0.0.1:8000/ -w '%{http_code}\n'; curl -s http://127.0.0.1:8000/ http://127.0.0.1:8000/
kill %1
