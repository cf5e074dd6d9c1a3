import type { Answer } from "../run.ts";

// What a generated lab leaves behind, asked for with as few processes as can be: each costs the kernel's side some
// milliseconds of a core, and they are most of a case. What has no order of its own is put in one here, on both sides.

const MARK = "\n== state\n";

const ASK = `
printf '\\n== state\\n'
cat > /tmp/state-of-ip <<'END'
addr show
link show
route show table all
rule show
END
cat > /tmp/state-of-a-namespace <<'END'
for f in /sys/class/net/*/carrier; do read -r _ < $f; done 2>/dev/null
iptables-save -c
ip -4 -j -batch /tmp/state-of-ip
echo '- connections'
conntrack -L 2>/dev/null
echo '- neighbours'
ip -4 -j neigh
echo '- sockets'
ss -Htuan
END
for ns in NAMES; do
  printf -- '-- %s\\n' "$ns"
  ip netns exec $ns sh /tmp/state-of-a-namespace
done 2>&1
`;

/** A lab's script with the question for its state behind it. Reading a carrier: see STATE in run.ts. */
export function withState(script: string, names: readonly string[]): string {
  const ask = ASK.replace("NAMES", names.join(" "));
  const legacy = script.includes("iptables-legacy");
  return script + (legacy ? ask.replace("iptables-save", "iptables-legacy-save -c\n$&") : ask);
}

/** The answer with its state in an order of its own; IGMP reports, which the kernel sends when it likes, are left out. */
export function inOrder(answer: Answer): Answer {
  const at = answer.stdout.indexOf(MARK);
  if (at < 0) return answer;
  const lines: string[] = [];
  let listed: string[] | undefined;
  const flush = () => {
    lines.push(...(listed ?? []).sort());
    listed = undefined;
  };
  for (const line of answer.stdout.slice(at).split("\n")) {
    if (/^--? /.test(line)) {
      flush();
      lines.push(line);
      if (line.startsWith("- ")) listed = [];
    } else if (!listed) lines.push(line.replaceAll("},{", "},\n{"));
    else if (!line.includes("dst=224.0.0.22")) listed.push(...entries(line));
  }
  flush();
  return { ...answer, stdout: answer.stdout.slice(0, at) + lines.join("\n") };
}

/** One line of a listing, as its entries, without what differs by chance. */
function entries(line: string): string[] {
  // A neighbour that answered is known, whichever timer it is in.
  if (line.startsWith("[{"))
    return line
      .slice(1, -1)
      .replaceAll("},{", "},\n{")
      .replace(/REACHABLE|STALE|DELAY|PROBE/g, "known")
      .split(/,\n/);
  return [
    line
      .replace(/^([a-z]+ +\d+) \d+ /, "$1 0 ")
      .replace(/id=\d+/g, "id=0")
      .replace(/port=(?:3[3-9]|[45]\d)\d{3}\b/g, "port=55555"),
  ];
}
