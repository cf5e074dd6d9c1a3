# pins: no redirect is sent with send_redirects 0 on both, nor obeyed with accept_redirects 0
# state: no
for n in a r b sw; do ip netns add $n; done
ip -n sw link add br0 type bridge; ip -n sw link set br0 up; i=1
for n in a r b; do ip link add v$n netns $n type veth peer name p$n netns sw; ip -n $n addr add 10.0.0.$i/24 dev v$n; ip -n sw link set p$n master br0; ip -n sw link set p$n up; ip -n $n link set v$n up; i=$((i+1)); done
ip -n b link set lo up; ip -n b addr add 172.31.0.1/32 dev lo
ip netns exec sw sysctl -qw net.bridge.bridge-nf-call-iptables=0
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.vr.send_redirects=0; ip -n r route add 172.31.0.0/16 via 10.0.0.3
ip -n a route add default via 10.0.0.2
ip netns exec a ping -c2 -i0.2 -W1 172.31.0.1 | head -3
ip netns exec r sysctl -qw net.ipv4.conf.all.send_redirects=1
ip netns exec a sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.va.accept_redirects=0
ip netns exec a ping -c2 -i0.2 -W1 172.31.0.1 | head -4
ip -n a route get 172.31.0.1
