import { blast } from "./blast.ts";
import { threeBoxes } from "./labs.ts";
import { heading, kernelAtHand, labMachine, median, onKernel, report } from "./measure.ts";

/** `count` rules in FORWARD that no packet of the bench matches, each on its own source and port. */
export function longChain(count: number): string {
  const lines = ["*filter", ":INPUT ACCEPT [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"];
  for (let i = 0; i < count; i++) {
    const source = `192.${168 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
    lines.push(`-A FORWARD -s ${source}/32 -p udp -m udp --dport ${1000 + (i % 60000)} -j DROP`);
  }
  lines.push("COMMIT", "");
  return lines.join("\n");
}

const ROUNDS = 7;

/** What a chain of many rules adds to a packet's way: packets without and with the rules in turn, each pair's
 *  difference, and the middle of those. */
export function chain(): void {
  heading("A chain of N rules, none of which matches: what it adds to a packet, ns");
  const empty = labMachine(threeBoxes(""));
  for (const count of [1_000, 10_000]) {
    const rules = longChain(count);
    const ruled = labMachine(threeBoxes(`ip netns exec r iptables-restore <<'RULES'\n${rules}RULES\n`));
    const ours = Array.from({ length: ROUNDS }, () => {
      const without = blast(empty, 100_000);
      return blast(ruled, 100_000) - without;
    });
    const theirs = kernelAtHand() ? kernelPairs(rules, count > 5_000 ? 5_000 : 40_000) : undefined;
    report(`${count} rules`, `${median(ours).toFixed(0)} ns`, theirs && `${median(theirs).toFixed(0)} ns`);
  }
}

/** The kernel's differences, in one lab. */
function kernelPairs(rules: string, packets: number): number[] {
  const sender = (count: number) => `ip netns exec a python3 -c 'import socket,time
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.connect(("10.0.2.2",9)); f=s.send; d=b"x"*18
for i in range(${count} // 10): f(d)
t=time.perf_counter_ns()
for i in range(${count}): f(d)
print((time.perf_counter_ns()-t)/${count})'`;
  const out = onKernel(`${threeBoxes("")}
cat > /run/rules <<'RULES'
${rules}RULES
ip netns exec b python3 -c 'import socket,time
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind(("10.0.2.2",9)); time.sleep(600)' &
sleep 0.3
for round in $(seq ${ROUNDS}); do
${sender(100_000)}
ip netns exec r iptables-restore /run/rules
${sender(packets)}
ip netns exec r iptables -F
done
kill %1`);
  const numbers = out.trim().split("\n").map(Number);
  return Array.from({ length: ROUNDS }, (_, i) => numbers[2 * i + 1] - numbers[2 * i]);
}
