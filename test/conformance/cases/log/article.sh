# pins: the article's sixteen lines: every chain of every table that a ping meets on its way, until boxB's reverse path check (ipt_do_table, nf_log_ip_packet)
# host-log: yes
# state: no
for n in boxA router boxB; do ip netns add $n; done
ip link add veth0 netns boxA type veth peer name veth1 netns router
ip link add veth3 netns boxB type veth peer name veth2 netns router
ip -n boxA addr add 172.16.100.5/24 dev veth0; ip -n router addr add 172.16.100.1/24 dev veth1
ip -n router addr add 172.16.200.1/24 dev veth2; ip -n boxB addr add 172.16.200.5/24 dev veth3
ip -n boxA link set veth0 up; ip -n router link set veth1 up; ip -n router link set veth2 up; ip -n boxB link set veth3 up
for box in boxA router boxB; do
  for rule in raw:PREROUTING raw:OUTPUT mangle:PREROUTING mangle:INPUT mangle:FORWARD mangle:OUTPUT mangle:POSTROUTING \
    nat:PREROUTING nat:INPUT nat:OUTPUT nat:POSTROUTING filter:INPUT filter:FORWARD filter:OUTPUT; do
    ip netns exec $box iptables -t ${rule%:*} -A ${rule#*:} -j LOG --log-prefix "$box:${rule#*:}:${rule%:*}:" --log-level info
  done
  for chain in INPUT FORWARD OUTPUT; do
    ip netns exec $box iptables -A $chain -m conntrack --ctstate ESTABLISHED,RELATED -j LOG --log-prefix "$box:$chain:established:" --log-level info
  done
done
ip -n boxA route add default via 172.16.100.1
ip netns exec boxA ping -c 1 172.16.200.5
dmesg
