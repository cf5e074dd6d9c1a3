import { blast } from "./blast.ts";
import { ONE_RULE, pythonSender, TWO_BOXES, threeBoxes } from "./labs.ts";
import { heading, kernelAtHand, labMachine, median, onKernel, report } from "./measure.ts";

/** A router hop: datagrams through the router, less datagrams over a direct link. */
export function hop(): void {
  heading("A router hop (UDP, 46 bytes IP), ns");
  const direct: number[] = [];
  const plain: number[] = [];
  const ruled: number[] = [];
  for (let i = 0; i < 5; i++) {
    direct.push(blast(labMachine(TWO_BOXES), 200_000));
    plain.push(blast(labMachine(threeBoxes("")), 200_000));
    ruled.push(blast(labMachine(threeBoxes(ONE_RULE)), 200_000));
  }
  const kernel = kernelAtHand()
    ? {
        direct: kernelNs(TWO_BOXES),
        plain: kernelNs(threeBoxes("")),
        ruled: kernelNs(threeBoxes(ONE_RULE)),
      }
    : undefined;
  const ns = (value: number) => `${value.toFixed(0)} ns`;
  report("send to receive over a direct link", ns(median(direct)), kernel && ns(kernel.direct));
  report(
    "one router, no rules: the hop",
    ns(median(plain) - median(direct)),
    kernel && ns(kernel.plain - kernel.direct),
  );
  report(
    "one router, conntrack and one rule: the hop",
    ns(median(ruled) - median(direct)),
    kernel && ns(kernel.ruled - kernel.direct),
  );
}

export function kernelNs(lab: string, count = 200_000): number {
  return median(
    [0, 1, 2].map(() =>
      Number(
        onKernel(lab + pythonSender(count))
          .trim()
          .split("\n")
          .at(-1),
      ),
    ),
  );
}
