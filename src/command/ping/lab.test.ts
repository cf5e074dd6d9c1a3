import { expect, it } from "vitest";
import recorded from "../../../test/recorded/probes.json" with { type: "json" };
import { BASH } from "../../shell/command.ts";
import { COMMANDS } from "../registry.ts";
import { runCommand } from "../tool/testing.ts";

/** a – r – b, two /24 networks; the router forwards. */
const LAB = `
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.1.0.2/24 dev a0; ip -n r addr add 10.1.0.1/24 dev r0
ip -n b addr add 10.2.0.2/24 dev b0; ip -n r addr add 10.2.0.1/24 dev r1
for l in "a a0" "r r0" "r r1" "b b0"; do set -- $l; ip -n $1 link set $2 up; done
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.1.0.1; ip -n b route add default via 10.2.0.1
A="ip netns exec a"
`;

/** Times differ from run to run; everything else is the real tools' output (Linux 6.18, Debian 12). */
function timeless(text: string): string {
  return text
    .replace(/time=[0-9.]+ ms/g, "time=T ms")
    .replace(/time \d+ms/g, "time Tms")
    .replace(/= [0-9./]+ ms/g, "= R ms")
    .replace(/ {2}\d+\.\d{3} ms/g, "  T ms")
    .replace(/ +\d+\.\d{3}ms/g, " Tms")
    .replace(/\[[0-9A-F:]{17}\]/g, "[MAC]")
    .replace(/(sport|dport|id)=\d{4,}/g, "$1=N");
}

const cases = recorded as { command: string; output: string }[];

it("ping, traceroute, tracepath and arping answer as the real ones in the same lab", () => {
  const script = cases.map((c) => `echo "== ${c.command}"; $A ${c.command}; echo rc=$?; sleep 2`).join("\n");
  const { out } = runCommand([...COMMANDS, BASH], ["bash", "-c", `{ ${LAB}\n${script}\n} 2>&1`]);
  const answers = new Map(
    out.split(/^== /m).map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]),
  );
  for (const c of cases)
    expect(`${c.command}\n${timeless(answers.get(c.command) ?? "")}`).toBe(
      `${c.command}\n${timeless(c.output)}`,
    );
});
