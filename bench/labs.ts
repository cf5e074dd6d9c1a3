/** a – r – b, forwarding. `rules`: iptables commands for the router, one a line. */
export function threeBoxes(rules: string): string {
  return `
ip netns add a; ip netns add r; ip netns add b
ip link add v0 netns a type veth peer name v1 netns r
ip link add v2 netns r type veth peer name v3 netns b
ip -n a addr add 10.0.1.2/24 dev v0; ip -n r addr add 10.0.1.1/24 dev v1
ip -n r addr add 10.0.2.1/24 dev v2; ip -n b addr add 10.0.2.2/24 dev v3
ip -n a link set v0 up; ip -n r link set v1 up; ip -n r link set v2 up; ip -n b link set v3 up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
${rules}
`;
}

/** A direct link a – b: the same without the router in between. */
export const TWO_BOXES = `
ip netns add a; ip netns add b
ip link add v0 netns a type veth peer name v3 netns b
ip -n a addr add 10.0.2.1/24 dev v0; ip -n b addr add 10.0.2.2/24 dev v3
ip -n a link set v0 up; ip -n b link set v3 up
`;

/** Conntrack and one rule on the router. */
export const ONE_RULE =
  "ip netns exec r iptables -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT";

/** Sends `count` datagrams to 10.0.2.2 port 9 from namespace a and prints the ns that each took. */
export function pythonSender(count: number): string {
  return `
ip netns exec b python3 -c 'import socket,time
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind(("10.0.2.2",9)); time.sleep(60)' &
sleep 0.3
ip netns exec a python3 -c 'import socket,time
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.connect(("10.0.2.2",9)); f=s.send; d=b"x"*18
for i in range(20000): f(d)
t=time.perf_counter_ns()
for i in range(${count}): f(d)
print((time.perf_counter_ns()-t)/${count})'
kill %1
`;
}
