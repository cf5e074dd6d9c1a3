#!/bin/bash
set -euo pipefail
# Publish a web server that sits behind a gateway.

cleanup() {
  kill "${SRV:-0}" 2>/dev/null || true
  for n in client gw web; do ip netns del $n 2>/dev/null || true; done
  echo "cleaned up"
}
trap cleanup EXIT

mkdir -p www && cd www
cat > index.html <<EOF
<html><body>served from $(hostname -s >/dev/null; echo web)</body></html>
EOF

ip netns add client; ip netns add gw; ip netns add web
ip link add c0 netns client type veth peer name g0 netns gw
ip link add w0 netns web type veth peer name g1 netns gw
ip -n client a a 198.51.100.2/24 dev c0; ip -n client l s c0 up
ip -n gw a a 198.51.100.1/24 dev g0;     ip -n gw l s g0 up
ip -n gw a a 10.0.0.1/24 dev g1;         ip -n gw l s g1 up
ip -n web a a 10.0.0.80/24 dev w0;       ip -n web l s w0 up
ip -n web r a default via 10.0.0.1

ip netns exec gw iptables -P FORWARD DROP
ip netns exec gw iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
ip netns exec gw iptables -A FORWARD -i g0 -o g1 -p tcp --dport 80 -m conntrack --ctstate DNAT -j ACCEPT
ip netns exec gw iptables -t nat -A PREROUTING -i g0 -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.80:80

ip netns exec web python3 -m http.server 80 >/dev/null 2>&1 &
SRV=$!
sleep 0.7

echo "== through the gateway"
ip netns exec client curl -s http://198.51.100.1:8080/
echo "== not published"
ip netns exec client curl -s --connect-timeout 1 http://198.51.100.1:80/ || echo "curl says $?"
echo "== headers"
ip netns exec client curl -sI http://198.51.100.1:8080/ | grep -E '^(HTTP|Content-)' | tr -d '\r'
ip netns exec client curl -s -o /dev/null -w '%{http_code} %{remote_ip}:%{remote_port}\n' 198.51.100.1:8080/nothing
ip netns exec gw iptables -t nat -S
