import { blast } from "./blast.ts";
import { kernelNs } from "./hop.ts";
import { threeBoxes } from "./labs.ts";
import { heading, kernelAtHand, labMachine, report } from "./measure.ts";

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

/** What a chain of many rules adds to a packet's way. */
export function chain(): void {
  heading("A chain of N rules, none of which matches: what it adds to a packet, ns");
  const empty = blast(labMachine(threeBoxes("")), 200_000);
  const kernelEmpty = kernelAtHand() ? kernelNs(threeBoxes("")) : undefined;
  for (const count of [1_000, 10_000]) {
    const rules = `ip netns exec r iptables-restore <<'RULES'\n${longChain(count)}RULES\n`;
    const ours = blast(labMachine(threeBoxes(rules)), 200_000) - empty;
    const theirs =
      kernelEmpty === undefined
        ? undefined
        : kernelNs(threeBoxes(rules), count > 5_000 ? 10_000 : 50_000) - kernelEmpty;
    report(
      `${count} rules`,
      `${ours.toFixed(0)} ns`,
      theirs === undefined ? undefined : `${theirs.toFixed(0)} ns`,
    );
  }
}
