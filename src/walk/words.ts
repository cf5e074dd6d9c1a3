import type { Headers, WalkEventOf } from "./event.ts";
import type { Palette } from "./palette.ts";
import type { PacketStory } from "./story.ts";

/** "172.16.100.5 → 172.16.200.5  ICMP echo request, id 7, seq 1"; `full`: with TCP's numbers. */
export function headline(h: Headers, full = false): string {
  const end = (address: string, port: number | undefined) =>
    port === undefined ? address : `${address}:${port}`;
  return `${end(h.src, h.sport)} → ${end(h.dst, h.dport)}  ${shortSummary(h, full)}`;
}

/** The summary without the addresses that tcpdump puts before it. */
function shortSummary(h: Headers, full: boolean): string {
  const text = h.summary.replace(/^IP6? \S+ > \S+: /, "").replace(/ \[\w+ not decoded\]$/, "");
  if (h.protocol === "tcp" && h.flags !== undefined && !full) return tcpWords(h.flags, text);
  if (h.protocol === "tcp") return `TCP ${text.replace(/, options \[[^\]]*\]/, "").replace(/, win \d+/, "")}`;
  return text;
}

/** What a segment is for: "TCP SYN", "TCP SYN, ACK", "TCP ACK", "TCP data, 81 bytes", "TCP FIN", "TCP RST". */
function tcpWords(flags: string, summary: string): string {
  const length = Number(/ length (\d+)/.exec(summary)?.[1] ?? 0);
  const words: string[] = [];
  if (flags.includes("S")) words.push("SYN");
  if (flags.includes("F")) words.push("FIN");
  if (flags.includes("R")) words.push("RST");
  if (flags.includes(".") && (words.length === 0 ? length === 0 : words[0] === "SYN")) words.push("ACK");
  if (length > 0) words.push(`data, ${length} bytes`);
  if (words.length === 0) words.push(`flags [${flags}]`);
  return `TCP ${words.join(", ")}`;
}

export function relation(story: PacketStory): string {
  if (story.by === "fragment") return "a fragment of";
  if (story.by === "reassembled") return "put together from";
  if (story.by === "clone" || story.by === "flood") return "a copy of";
  return / Request /.test(story.headers.summary) && story.headers.family === "arp" ? "asks for" : "answers";
}

export function natLine(event: WalkEventOf<"nat">, p: Palette): string {
  const what = event.manip === "src" ? "source" : "destination";
  return `${what} ${p.changed(`${event.from} → ${event.to}`)}${event.reply ? p.quiet(" by the connection's entry; the nat table is not asked") : ""}`;
}

export function routeWords(event: WalkEventOf<"route">, p: Palette): string {
  const via = event.via && event.via !== event.dst ? ` via ${event.via}` : "";
  switch (event.result) {
    case "local":
      return `${p.quiet("route:")} for itself`;
    case "forward":
      return `${p.quiet("route:")} forward${via} ${p.quiet("to")} ${event.dev ?? ""}`;
    case "output":
      return `${p.quiet("route:")}${via} ${p.quiet("dev")} ${event.dev ?? ""}`;
    case "broadcast":
    case "multicast":
      return `${p.quiet("route:")} ${event.result}`;
    default:
      return p.died(`✗ route: ${event.result}`);
  }
}
