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
  if (verdict?.ns !== drop.ns || verdict.verdict === "ACCEPT") {
    return {
      reason: drop.reason,
      why: `Netfilter of ${drop.ns} dropped it (${drop.where}).`,
      cures: [
        {
          command: inNamespace(drop.ns, "iptables-save -c"),
          note: "shows the rules with their counters",
          look: true,
        },
      ],
    };
  }
  const state = conntrackIn(death)?.state;
  const dnat = natIn(death, "dst");
  if (state === "INVALID") return invalid(death, verdict);
  if (verdict.policy) return policy(death, verdict, state, dnat);
  return rule(death, verdict, state, dnat);
};

function tableFull({ drop }: Death): Diagnosis {
  return {
    reason: drop.reason,
    why: `The connection tracking table of ${drop.ns} is full (net.netfilter.nf_conntrack_max = ${String(drop.facts?.max ?? "?")}): no new connection is let in.`,
    cures: [
      {
        command: "sysctl -w net.netfilter.nf_conntrack_max=262144",
        note: "a larger table; set on the host, for all",
      },
      { command: inNamespace(drop.ns, "conntrack -F"), note: `lets ${drop.ns} forget its connections` },
    ],
  };
}

function invalid(death: Death, verdict: WalkEventOf<"verdict">): Diagnosis {
  const { drop, story, lab } = death;
  const isAnswer = story.headers.protocol === "tcp" && story.headers.flags === "S.";
  const because = isAnswer
    ? `It answers a SYN that ${drop.ns} never saw (the request went another way)`
    : "It belongs to no connection that conntrack knows, or breaks its connection's rules";
  const decided = verdict.policy
    ? `${askedWords(verdict)}, and the policy of ${whereOf(verdict)} is DROP`
    : `rule ${verdict.rule} of ${whereOf(verdict)} drops such packets: ${verdict.text ?? ""}`;
  const cures: Cure[] = [];
  if (verdict.policy) cures.push(addRule(drop.ns, verdict, "-m conntrack --ctstate INVALID"));
  else cures.push(deleteRule(drop.ns, verdict));
  if (isAnswer)
    cures.push({ command: "ip route", note: "better: make both directions take one way", look: true });
  else if (story.headers.protocol === "tcp") {
    const loose = "net.netfilter.nf_conntrack_tcp_loose";
    if (lab.of(drop.ns).sysctls.get(loose)?.value === "0" && !story.headers.flags?.includes("S"))
      cures.push({
        command: inNamespace(drop.ns, `sysctl -w ${loose}=1`),
        note: "takes up a connection whose SYN it did not see; with 0 it is INVALID",
      });
    cures.push({
      command: inNamespace(drop.ns, "sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1"),
      note: "lets segments outside the window pass, where it is one",
    });
  }
  cures.push({
    command: inNamespace(drop.ns, "conntrack -L"),
    note: "shows the connections that it knows",
    look: true,
  });
  return {
    reason: drop.reason,
    why: `${because}: conntrack of ${drop.ns} calls it INVALID, and ${decided}.`,
    cures,
  };
}

function policy(
  death: Death,
  verdict: WalkEventOf<"verdict">,
  state: string | undefined,
  dnat: WalkEventOf<"nat"> | undefined,
): Diagnosis {
  const { drop, story } = death;
  const { chain } = verdict;
  const said = askedWords(verdict);
  const where = whereOf(verdict);
  const reason = drop.reason;
  const answered = answers(death, state);
  if (answered) {
    return {
      reason,
      why: `It ${answered}, but ${said}, and the policy of ${where} is DROP: nothing there accepts ESTABLISHED.`,
      cures: [addRule(drop.ns, verdict, ESTABLISHED)],
    };
  }
  if (dnat && chain === "FORWARD") {
    return {
      reason,
      why: `DNAT turned its destination ${dnat.from} into ${dnat.to}, but ${said} for that destination, and the policy of ${where} is DROP. FORWARD sees the address after DNAT.`,
      cures: [addRule(drop.ns, verdict, specOf(afterDnat(story, dnat), inDevice(story, verdict)))],
    };
  }
  return {
    reason,
    why: `The policy of ${where} in ${drop.ns} is DROP, and ${said}.`,
    cures: [addRule(drop.ns, verdict, specOf(story.headers, inDevice(story, verdict)))],
  };
}

function rule(
  death: Death,
  verdict: WalkEventOf<"verdict">,
  state: string | undefined,
  dnat: WalkEventOf<"nat"> | undefined,
): Diagnosis {
  const { drop, story } = death;
  const rejected = drop.facts?.reject;
  const what = rejected ? `refused it and told the sender (${String(rejected)})` : "dropped it";
  let why = `Rule ${verdict.rule} of ${whereOf(verdict)} in ${drop.ns} ${what}: ${verdict.text ?? ""}`;
  const exception = (spec: string): Cure => ({
    command: inNamespace(
      drop.ns,
      `${toolOf(verdict)} ${tableOption(verdict)}-I ${verdict.chain} ${verdict.rule} ${spec} -j ACCEPT`,
    ),
    note: "puts an exception before it",
  });
  const answered = answers(death, state);
  const takeOut = deleteRule(drop.ns, verdict);
  if (answered) {
    why += `. It ${answered}; nothing before that rule accepts ESTABLISHED.`;
    return { reason: drop.reason, why, cures: [exception(ESTABLISHED), takeOut] };
  }
  if (dnat) {
    why += `. Its destination was ${dnat.from} before DNAT: the chain sees ${dnat.to}.`;
    return {
      reason: drop.reason,
      why,
      cures: [exception(specOf(afterDnat(story, dnat), inDevice(story, verdict))), takeOut],
    };
  }
  return { reason: drop.reason, why, cures: [takeOut, exception(specOf(story.headers, undefined))] };
}

const ESTABLISHED = "-m conntrack --ctstate ESTABLISHED,RELATED";

/** "FORWARD", "PREROUTING (table raw)". */
const whereOf = ({ chain, table }: WalkEventOf<"verdict">): string =>
  table === "filter" ? chain : `${chain} (table ${table})`;

const toolOf = ({ legacy }: WalkEventOf<"verdict">): string => (legacy ? "iptables-legacy" : "iptables");

const tableOption = ({ table }: WalkEventOf<"verdict">): string => (table === "filter" ? "" : `-t ${table} `);

function askedWords({ asked, chain, legacy }: WalkEventOf<"verdict">): string {
  if (legacy) return `no rule of ${chain} accepts it`;
  if (asked === 0) return `${chain} has no rule`;
  if (asked === 1) return `the one rule asked in ${chain} does not accept it`;
  return `none of the ${asked} rules asked in ${chain} accepts it`;
}

function addRule(ns: string, verdict: WalkEventOf<"verdict">, spec: string): Cure {
  return {
    command: inNamespace(
      ns,
      `${toolOf(verdict)} ${tableOption(verdict)}-A ${verdict.chain} ${spec} -j ACCEPT`,
    ),
  };
}

function deleteRule(ns: string, verdict: WalkEventOf<"verdict">): Cure {
  return {
    command: inNamespace(ns, `${toolOf(verdict)} ${tableOption(verdict)}-D ${verdict.chain} ${verdict.rule}`),
    note: "takes the rule out",
  };
}

/** What the packet answers, when it is an answer: by conntrack's word, or by what went the other way before. */
function answers({ drop, story, packets }: Death, state: string | undefined): string | undefined {
  const tracked = state === "ESTABLISHED" || state === "RELATED";
  for (const earlier of packets.values()) {
    if (earlier.first >= story.first) continue;
    const isRequest =
      earlier.id === story.parent ||
      (earlier.headers.src === story.headers.dst &&
        earlier.headers.dst === story.headers.src &&
        earlier.headers.protocol === story.headers.protocol &&
        earlier.headers.sport !== undefined &&
        earlier.headers.sport === story.headers.dport &&
        earlier.headers.dport === story.headers.sport);
    if (!isRequest || !earlier.hops.some((hop) => hop.ns === drop.ns)) continue;
    const through = earlier.hops[0]?.ns === drop.ns ? "sent" : "let through";
    return `answers #${earlier.id}, which ${drop.ns} ${through}${tracked ? ` (conntrack says ${state})` : ""}`;
  }
  return tracked
    ? `belongs to a connection that ${drop.ns} let through (conntrack says ${state})`
    : undefined;
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
