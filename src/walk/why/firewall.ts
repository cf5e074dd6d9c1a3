import type { WalkEventOf } from "../event.ts";
import { inNamespace } from "../memory.ts";
import { eventsOf, lastOf } from "../story.ts";
import type { Cure, Death, Diagnosis, Explain } from "./diagnosis.ts";

/** Everything that a rule, a policy or conntrack decided. */
export const firewall: Explain = (death) => {
  const { drop, story } = death;
  if (drop.reason !== "NETFILTER_DROP") return undefined;
  if (drop.facts?.conntrack === "full") return tableFull(death);
  const verdict = lastOf(story, "verdict");
  if (!verdict) {
    return {
      reason: drop.reason,
      why: `Netfilter of ${drop.ns} dropped it (${drop.where}).`,
      cures: [
        { command: inNamespace(drop.ns, "iptables-save -c"), note: "shows the rules with their counters" },
      ],
    };
  }
  const state = conntrackIn(death);
  const dnat = natIn(death, "dst");
  if (state?.state === "INVALID" && !verdict.policy) return invalid(death, verdict);
  if (verdict.policy) return policy(death, verdict, state, dnat);
  return rule(death, verdict, dnat);
};

function tableFull({ drop }: Death): Diagnosis {
  return {
    reason: drop.reason,
    why: `The connection tracking table of ${drop.ns} is full (net.netfilter.nf_conntrack_max = ${String(drop.facts?.max ?? "?")}): no new connection is let in.`,
    cures: [
      { command: "sysctl -w net.netfilter.nf_conntrack_max=262144", note: "a larger table, set on the host" },
      { command: inNamespace(drop.ns, "conntrack -F"), note: "or forget all connections" },
    ],
  };
}

function invalid({ drop }: Death, verdict: WalkEventOf<"verdict">): Diagnosis {
  return {
    reason: drop.reason,
    why: `Conntrack of ${drop.ns} calls it INVALID (it belongs to no connection that it knows, or breaks one's rules), and rule ${verdict.rule} of ${verdict.chain} drops such packets: ${verdict.text ?? ""}`,
    cures: [
      { command: inNamespace(drop.ns, "conntrack -L"), note: "shows the connections that it knows" },
      {
        command: inNamespace(drop.ns, "sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1"),
        note: "for TCP that takes another way back: accept segments outside the window",
      },
    ],
  };
}

function policy(
  { drop, story }: Death,
  verdict: WalkEventOf<"verdict">,
  state: WalkEventOf<"conntrack"> | undefined,
  dnat: WalkEventOf<"nat"> | undefined,
): Diagnosis {
  const { chain, table } = verdict;
  const said =
    verdict.asked === 0
      ? `${chain} has no rule`
      : `none of the ${verdict.asked} rule${verdict.asked === 1 ? "" : "s"} asked in ${chain} accepts it`;
  const where = table === "filter" ? chain : `${chain} (table ${table})`;
  const add = (spec: string): Cure => ({
    command: inNamespace(
      drop.ns,
      `iptables ${table === "filter" ? "" : `-t ${table} `}-A ${chain} ${spec} -j ACCEPT`,
    ),
  });
  if (state && (state.direction === "reply" || state.state === "ESTABLISHED" || state.state === "RELATED")) {
    return {
      reason: drop.reason,
      why: `It answers a connection that ${drop.ns} let out (conntrack says ${state.state}), but ${said}, and the policy of ${where} is DROP: nothing there accepts ESTABLISHED.`,
      cures: [add("-m conntrack --ctstate ESTABLISHED,RELATED")],
    };
  }
  if (dnat && chain === "FORWARD") {
    return {
      reason: drop.reason,
      why: `DNAT turned its destination ${dnat.from} into ${dnat.to}, but ${said} for that destination, and the policy of ${where} is DROP. FORWARD sees the address after DNAT.`,
      cures: [add(specOf(afterDnat(story, dnat), inDevice(story, verdict)))],
    };
  }
  return {
    reason: drop.reason,
    why: `The policy of ${where} in ${drop.ns} is DROP, and ${said}.`,
    cures: [add(specOf(story.headers, inDevice(story, verdict)))],
  };
}

function rule(
  { drop, story }: Death,
  verdict: WalkEventOf<"verdict">,
  dnat: WalkEventOf<"nat"> | undefined,
): Diagnosis {
  const table = verdict.table === "filter" ? "" : `-t ${verdict.table} `;
  const rejected = drop.facts?.reject;
  const what = rejected ? `refused it, and told the sender (${String(rejected)})` : "dropped it";
  return {
    reason: drop.reason,
    why:
      `Rule ${verdict.rule} of ${verdict.chain}${verdict.table === "filter" ? "" : ` (table ${verdict.table})`} in ${drop.ns} ${what}: ${verdict.text ?? ""}` +
      (dnat ? ` (Its destination was ${dnat.from} before DNAT.)` : ""),
    cures: [
      {
        command: inNamespace(drop.ns, `iptables ${table}-D ${verdict.chain} ${verdict.rule}`),
        note: "takes the rule out",
      },
      {
        command: inNamespace(
          drop.ns,
          `iptables ${table}-I ${verdict.chain} ${verdict.rule} ${specOf(dnat ? afterDnat(story, dnat) : story.headers, undefined)} -j ACCEPT`,
        ),
        note: "or puts an exception before it",
      },
    ],
  };
}

/** The conntrack event of the namespace where it died. */
function conntrackIn({ story, drop }: Death): WalkEventOf<"conntrack"> | undefined {
  let found: WalkEventOf<"conntrack"> | undefined;
  for (const event of eventsOf(story)) if (event.kind === "conntrack" && event.ns === drop.ns) found = event;
  return found;
}

function natIn({ story, drop }: Death, manip: "src" | "dst"): WalkEventOf<"nat"> | undefined {
  for (const event of eventsOf(story)) {
    if (event.kind === "nat" && event.ns === drop.ns && event.manip === manip && !event.reply) return event;
  }
  return undefined;
}

interface Named {
  protocol: string;
  src: string;
  dst: string;
  dport?: number | undefined;
}

function afterDnat(story: { headers: Named }, dnat: WalkEventOf<"nat">): Named & { useDst: boolean } {
  const [dst, port] = dnat.to.split(":");
  return { ...story.headers, dst, dport: port ? Number(port) : story.headers.dport, useDst: true };
}

/** The narrowest rule that would take this packet: "-i veth1 -p tcp -d 10.0.0.1 --dport 80". */
function specOf(h: Named & { useDst?: boolean }, dev: string | undefined): string {
  const parts: string[] = [];
  if (dev) parts.push(`-i ${dev}`);
  if (["tcp", "udp", "icmp"].includes(h.protocol)) parts.push(`-p ${h.protocol}`);
  if (h.useDst) parts.push(`-d ${h.dst}`);
  if (h.dport !== undefined && (h.protocol === "tcp" || h.protocol === "udp"))
    parts.push(`--dport ${h.dport}`);
  return parts.join(" ") || `-s ${h.src}`;
}

function inDevice(story: Death["story"], verdict: WalkEventOf<"verdict">): string | undefined {
  let dev: string | undefined;
  for (const event of eventsOf(story)) {
    if (event.kind === "hook" && event.ns === verdict.ns && event.hook === verdict.hook) dev = event.in;
  }
  return dev;
}
