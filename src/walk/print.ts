import { fold, wrap } from "./columns.ts";
import type { WalkEvent, WalkEventOf } from "./event.ts";
import type { LabMemory } from "./memory.ts";
import type { Palette } from "./palette.ts";
import type { HookStep, Hop, PacketStory } from "./story.ts";
import { circleOf, isFlooded, originOf, waitsFor, wayOf } from "./way.ts";
import { type Diagnosis, explainDeath, explainRefused, unanswered } from "./why/index.ts";
import { headline, natLine, relation, routeWords } from "./words.ts";

export interface PrintOptions {
  palette: Palette;
  /** Unfold everything: each table, each rule asked, each device, conntrack entries. */
  verbose: boolean;
  /** Width of a line, at most. */
  columns?: number;
}

const COLUMNS = 112;
/** So many packets in a row that went known ways have a line each. */
const FEW = 12;

interface Alike {
  readonly story: PacketStory;
  readonly like: number;
}

/**
 * Tells packets' walks to a person, one block a packet. A packet that goes the very way that an earlier one
 * of the same block of output went is told in one line.
 */
export class WalkPrinter {
  private readonly options: PrintOptions;
  private readonly lab: LabMemory;
  private readonly packets: ReadonlyMap<number, PacketStory>;
  private readonly ways = new Map<string, number>();
  /** A program reads the packet in the hop that is being told: what else took it is no news. */
  private hasReader = false;
  private hasSaidLegacy = false;

  constructor(options: PrintOptions, lab: LabMemory, packets: ReadonlyMap<number, PacketStory>) {
    this.options = options;
    this.lab = lab;
    this.packets = packets;
  }

  /** The walks of some packets, in order of their birth, and the sends that failed between them. */
  print(stories: readonly PacketStory[], refusals: readonly WalkEventOf<"refused">[] = []): string[] {
    this.ways.clear();
    let refused = 0;
    const lines: string[] = [];
    // ARP in one place: a question and its answer may stand far apart.
    const arp: PacketStory[] = [];
    /** Packets in a row that went ways told before. */
    const alike: Alike[] = [];
    for (const story of stories) {
      while (refused < refusals.length && refusals[refused].seq < story.first) {
        lines.push(...this.run(alike.splice(0)));
        lines.push(...this.refused(refusals[refused++]));
      }
      if (story.headers.family === "arp" && !this.options.verbose) {
        arp.push(story);
        continue;
      }
      const like = this.options.verbose ? undefined : this.ways.get(wayOf(story));
      if (like === undefined) {
        lines.push(...this.run(alike.splice(0)));
        lines.push(...this.one(story));
      } else alike.push({ story, like });
    }
    lines.push(...this.run(alike.splice(0)));
    for (const event of refusals.slice(refused)) lines.push(...this.refused(event));
    lines.push(...this.arp(arp));
    return lines;
  }

  /** A send that failed before there was a packet. */
  refused(event: WalkEventOf<"refused">): string[] {
    const p = this.options.palette;
    const diagnosis = explainRefused(event, this.lab);
    return [
      `  ${p.died("✗")} ${p.place(event.ns)}${event.process ? ` ${event.process}` : ""} could not send to ${event.dst}: ${p.died(diagnosis.reason)}`,
      ...this.diagnosis(diagnosis),
    ];
  }

  /** What rules of iptables-legacy counted; the first time, why that is all that is told of them. */
  counted(events: readonly WalkEventOf<"counted">[]): string[] {
    const p = this.options.palette;
    // That nothing decided is worth a line to those alone who want all.
    const told = events.filter(({ rule, text }) => this.options.verbose || rule !== 0 || text !== "ACCEPT");
    const lines = told.map(({ ns, table, chain, rule, text, packets }) => {
      const what = rule === 0 ? `policy ${text}` : `rule ${rule}: ${text}`;
      const times = `${packets} packet${packets === 1 ? "" : "s"}`;
      return `  ${p.quiet("legacy")} ${p.place(ns)} ${table} ${chain} ${what} ${p.quiet(`counted ${times}`)}`;
    });
    if (lines.length > 0 && !this.hasSaidLegacy) {
      this.hasSaidLegacy = true;
      const note =
        "iptables-legacy's rules are not traced by the kernel: which of them counted, and what captures show, is told.";
      lines.push(p.quiet(`  ${note}`));
    }
    return lines;
  }

  private title(story: PacketStory): string {
    return `${this.options.palette.packet(`#${story.id}`)} ${headline(story.headers, this.options.verbose)}`;
  }

  /** Packets that went ways told before: a line each; of many, the first and last few and a count of the others. */
  private run(alike: readonly Alike[]): string[] {
    const p = this.options.palette;
    const lines: string[] = [];
    const ways = new Map<string, number>();
    const left = alike.length > FEW ? alike.length - 3 : alike.length;
    alike.forEach(({ story, like }, i) => {
      const way = `${p.quiet(`the way of #${like}`)}${this.shortEnding(story)}`;
      if (alike.length <= FEW || i < 3 || i >= left) lines.push(`  ${this.title(story)}  ${way}`);
      else ways.set(way, (ways.get(way) ?? 0) + 1);
      if (i === left - 1 && ways.size > 0)
        lines.push(`  … ${[...ways].map(([way, times]) => `${times} more ${way}`).join(", ")}`);
    });
    return lines;
  }

  private one(story: PacketStory): string[] {
    const p = this.options.palette;
    const way = wayOf(story);
    const title = this.title(story);
    if (!this.ways.has(way)) this.ways.set(way, story.id);
    const answers =
      story.parent && this.packets.has(story.parent) ? p.quiet(`  ${relation(story)} #${story.parent}`) : "";
    const lines = [`  ${title}${answers}`];
    const width = Math.max(...story.hops.map((hop) => hop.ns.length), 4);
    const { hops } = story;
    const circle = this.options.verbose ? undefined : circleOf(hops);
    hops.forEach((hop, i) => {
      if (!circle || i < circle.from || i >= circle.to) lines.push(...this.hop(hop, story, width));
      else if (i === circle.from) {
        const names = hops.slice(i - circle.length, i).map((h) => h.ns);
        const times = (circle.to - circle.from) / circle.length;
        lines.push(p.quiet(`    ⟳ ${names.join(" → ")}: the same way round ${times} more times`));
      }
    });
    lines.push(...this.ending(story));
    return lines;
  }

  private hop(hop: Hop, story: PacketStory, width: number): string[] {
    const p = this.options.palette;
    const items: string[] = [];
    const below: string[] = [];
    this.hasReader = hop.steps.some((s) => s.event.kind === "deliver" && s.event.process !== undefined);
    if (hop === story.hops[0] && story.process) items.push(p.quiet(story.process));
    const margin = `    ${p.place(hop.ns.padEnd(width))}  `;
    const indent = " ".repeat(6 + width);
    const unfolded: string[] = [...items];
    for (const step of hop.steps) {
      const text = step.kind === "hook" ? this.hook(step, below) : this.plain(step.event, below);
      if (text) items.push(text);
      if (!this.options.verbose) continue;
      if (text) unfolded.push(text);
      unfolded.push(...below.splice(0).map((line) => `  ${line}`));
    }
    // Unfolded, each step has a line of its own, and below it what happened there.
    if (this.options.verbose) return unfolded.map((line, i) => `${i === 0 ? margin : indent}${line}`);
    const columns = this.options.columns ?? COLUMNS;
    return [...wrap(items, margin, indent, 6 + width, columns), ...below.map((line) => `${indent}  ${line}`)];
  }

  /** "FORWARD mangle·filter#3 ACCEPT": tables that had a say by rule number, quiet ones folded. */
  private hook(step: HookStep, below: string[]): string {
    const p = this.options.palette;
    const { verbose } = this.options;
    let text = step.event.hook;
    const loud: string[] = [];
    let state = "";
    for (const event of step.inside) {
      switch (event.kind) {
        case "verdict":
          if (verbose || !(event.policy || event.verdict === "ACCEPT")) below.push(this.verdictLine(event));
          else if (event.policy && event.verdict !== "ACCEPT") below.push(this.verdictLine(event));
          else if (!event.policy && event.text) {
            loud.push(`${event.table} ${p.good("✓")} rule ${event.rule}`);
            below.push(p.quiet(`${event.table} ${event.chain} rule ${event.rule}: ${event.text}`));
          }
          break;
        case "rule":
          if (verbose) {
            const answer = event.matched
              ? p.good(event.verdict ?? "matched")
              : `no${event.failed ? `: ${event.failed}` : ""}`;
            below.push(
              p.quiet(`${event.table} ${event.chain} rule ${event.rule}: ${event.text} — `) + answer,
            );
          }
          break;
        case "conntrack":
          state = event.state;
          if (verbose && event.entry) below.push(p.quiet(`conntrack ${event.entry}`));
          break;
        case "nat":
          below.push(natLine(event, p));
          break;
        case "change":
          below.push(p.changed(`${event.field} ${event.from} → ${event.to}`) + p.quiet(` by ${event.by}`));
          break;
        case "log":
          if (verbose) below.push(p.quiet(`log: ${event.line}`));
          break;
      }
    }
    if (state) text += p.quiet(` ${state}`);
    if (loud.length > 0) text += ` ${loud.join(" ")}`;
    return text;
  }

  private verdictLine(event: WalkEventOf<"verdict">): string {
    const p = this.options.palette;
    const colour = /^(DROP|REJECT)$/.test(event.verdict) ? p.died : p.good;
    const where = `${event.table} ${event.chain}`;
    if (event.policy) {
      const rules =
        event.asked === 0 ? "no rules" : `${event.asked} rule${event.asked === 1 ? "" : "s"} asked`;
      return `${where}: ${p.quiet(rules)}, policy ${colour(event.verdict)}`;
    }
    if (this.options.verbose) return `${where}: ${colour(event.verdict)}`;
    const text = p.quiet(`${where} rule ${event.rule}: ${event.text ?? ""}`);
    return event.text?.includes(`-j ${event.verdict}`) ? text : `${text} ${colour(event.verdict)}`;
  }

  private plain(event: WalkEvent, below: string[]): string {
    const p = this.options.palette;
    switch (event.kind) {
      case "transmit":
        return `${event.dev} ${p.quiet("out")}`;
      case "receive":
        return `${event.dev} ${p.quiet("in")}`;
      case "bridge":
        return `${event.bridge} ${p.quiet(event.action === "local" ? "for itself" : `${event.action} to ${event.ports.join(", ")}`)}`;
      case "neighbour":
        return event.state === "wait"
          ? `asks who has ${event.address}`
          : event.state === "failed"
            ? p.died(`no answer for ${event.address}`)
            : this.options.verbose && event.mac
              ? p.quiet(`${event.address} is ${event.mac}`)
              : "";
      case "route":
        return routeWords(event, p);
      case "rpfilter":
        return event.ok
          ? this.options.verbose
            ? p.quiet("reverse path ✓")
            : ""
          : p.died("✗ reverse path check");
      case "conntrack":
        return p.quiet(event.state);
      case "nat":
        below.push(natLine(event, p));
        return "";
      case "change":
        if (event.field === "ttl") return p.quiet(`ttl ${event.from}→${event.to}`);
        below.push(p.changed(`${event.field} ${event.from} → ${event.to}`) + p.quiet(` by ${event.by}`));
        return "";
      case "deliver":
        if (event.process === undefined && this.hasReader) return "";
        return p.good(
          `✓ ${event.process ?? event.to}${event.port === undefined ? "" : ` port ${event.port}`}`,
        );
      case "log":
        if (this.options.verbose) below.push(p.quiet(`log: ${event.line}`));
        return "";
      case "not-modelled":
        return p.died(`not modelled: ${event.what}`);
      default:
        return "";
    }
  }

  private shortEnding(story: PacketStory): string {
    const p = this.options.palette;
    const { ending } = story;
    if (ending.kind === "open") return p.quiet(" (still on its way)");
    if (ending.kind === "dropped" && ending.event.reason !== "TCP_RESET")
      return ` ${p.died(`✗ ${ending.event.reason}`)} in ${p.place(ending.event.ns)}`;
    return ` ${p.good("✓")}`;
  }

  private ending(story: PacketStory): string[] {
    const p = this.options.palette;
    if (story.ending.kind === "open") return this.open(story);
    if (story.ending.kind !== "dropped") return [];
    const drop = story.ending.event;
    // The kernel counts a RST that did its work as a drop; for people it has arrived.
    if (drop.reason === "TCP_RESET")
      return [
        `    ${p.good("✓")} the RST ends the connection in ${p.place(drop.ns)} ${p.quiet("(TCP_RESET)")}`,
      ];
    // A bridge's flood comes to everybody, and all but one look away.
    if (drop.reason === "OTHERHOST" && isFlooded(story, this.packets))
      return [p.quiet(`    · ${drop.ns} looks away: the frame is for another's MAC (OTHERHOST)`)];
    const diagnosis = explainDeath({ story, drop, lab: this.lab, packets: this.packets });
    return [
      `    ${p.died("✗ died")} in ${p.place(drop.ns)}, ${drop.where}: ${p.died(drop.reason)}`,
      ...this.diagnosis(diagnosis),
    ];
  }

  /** Not ended yet: what it waits for. */
  private open(story: PacketStory): string[] {
    const p = this.options.palette;
    const wait = waitsFor(story);
    if (!wait) return [p.quiet("    … still on its way")];
    return [
      `    … waits in ${p.place(wait.ns)} for an answer to ARP; without one it dies of ${p.died("NEIGH_FAILED")}`,
      ...this.diagnosis({
        reason: "NEIGH_FAILED",
        ...unanswered(wait.ns, wait.dev, wait.address, this.lab, this.packets),
      }),
    ];
  }

  private diagnosis(d: Diagnosis): string[] {
    const p = this.options.palette;
    const columns = (this.options.columns ?? COLUMNS) - 12;
    const label = (word: string, lines: string[]) =>
      lines.map((line, i) => `      ${p.quiet((i === 0 ? word : "").padEnd(6))}${line}`);
    const lines = label("why", fold(d.why, columns));
    let mends = 0;
    for (const { command, note, look } of d.cures) {
      const word = look ? "look" : mends++ === 0 ? "cure" : "or";
      lines.push(...label(word, [p.command(command)]));
      if (note)
        lines.push(
          ...label(
            "",
            fold(note, columns - 2).map((line) => p.quiet(`  ${line}`)),
          ),
        );
    }
    return lines;
  }

  /** ARP in one line a conversation; only what stayed unanswered is worth more. */
  private arp(stories: readonly PacketStory[]): string[] {
    const p = this.options.palette;
    const lines: string[] = [];
    const asked = new Map<string, { by: string; times: number; answer: string | undefined }>();
    for (const story of stories) {
      const { headers } = story;
      const isCopy = story.by === "clone" || story.by === "flood";
      const ns = originOf(story, this.packets).hops[0]?.ns ?? "";
      const reply = /^(?:ARP, )?Reply (\S+) is-at (\S+?),?(?: |$)/.exec(headers.summary);
      if (reply) {
        for (const [key, entry] of asked)
          if (key.endsWith(` ${reply[1]}`)) entry.answer = `${reply[2]} (${ns})`;
        continue;
      }
      if (isCopy) continue;
      const key = `${ns} ${headers.dst}`;
      const entry = asked.get(key) ?? { by: ns, times: 0, answer: undefined };
      entry.times++;
      asked.set(key, entry);
    }
    for (const [key, { by, times, answer }] of asked) {
      const target = key.slice(key.indexOf(" ") + 1);
      const asks = `  ${p.quiet("arp")} ${p.place(by)} asks who has ${target}${times > 1 ? ` (${times} times)` : ""}: `;
      lines.push(asks + (answer ? p.quiet(answer) : p.died("no answer")));
    }
    return lines;
  }
}
