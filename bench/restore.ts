import { longChain } from "./chain.ts";
import { heading, kernelAtHand, labMachine, onKernel, repeat, report } from "./measure.ts";

/** iptables-restore of 10,000 rules: the time of the command alone. */
export function restore(): void {
  heading("iptables-restore of 10,000 rules");
  const rules = longChain(10_000);
  const ours = repeat(5, () => {
    const engine = labMachine(`cat > /tmp/rules <<'RULES'\n${rules}RULES\n`);
    const start = performance.now();
    const status = engine.runToEnd({ argv: ["iptables-restore", "/tmp/rules"], output: () => {} });
    if (status !== 0) throw new Error("iptables-restore failed");
    return performance.now() - start;
  });
  const theirs = (program: string) =>
    kernelAtHand()
      ? `${program} ${repeat(
          5,
          () =>
            Number(
              onKernel(
                `cat > /run/rules <<'RULES'\n${rules}RULES\nt=$(date +%s%N); ${program} < /run/rules; echo $(( ($(date +%s%N) - t) / 1000 ))`,
              ),
            ) / 1000,
        ).toFixed(0)} ms`
      : undefined;
  const legacy = theirs("iptables-legacy-restore");
  const nft = theirs("iptables-nft-restore");
  report("10,000 rules", `${ours.toFixed(0)} ms`, legacy && `${legacy}, ${nft}`);
}
