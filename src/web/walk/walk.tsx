import { computed, signal, useComputed } from "@preact/signals";
import type { PacketStory } from "../../walk/story.ts";
import { VirtualList } from "../part/virtual-list.tsx";
import { clock, ends, fate, sentence, title } from "../state/moment.ts";
import { pinned, type Stage, side, stage, topology } from "../state/page.ts";
import { bringIn } from "../state/places.ts";
import { type Filter, flowOf, keepsPacket, keepsStep, NO_FILTER } from "./filter.ts";

const filter = signal<Filter>(NO_FILTER);
const flow = computed(() => {
  const session = stage.value?.session;
  session?.count.value;
  return filter.value.flow === null || !session ? null : flowOf(filter.value.flow, session.packets);
});

/** Shows only the conversation of a packet. */
export function showFlow(packet: number): void {
  filter.value = { ...NO_FILTER, flow: packet };
  side.value = "walk";
  bringIn("side");
}
const unit = signal<"packets" | "steps">("packets");

/** Everything that was sent, in time; choosing a row goes to that moment. */
export function Walk() {
  const now = stage.value;
  if (!now) return null;
  const set = (change: Partial<Filter>) => (filter.value = { ...filter.value, ...change });
  return (
    <div class="walk">
      <search class="walk-bar">
        {filter.value.flow !== null && (
          <button
            type="button"
            class="chip"
            title="show all packets again"
            onClick={() => set({ flow: null })}
          >
            the flow of #{filter.value.flow} <span aria-hidden="true">×</span>
            <span class="visually-hidden">, end this filter</span>
          </button>
        )}
        <input
          type="search"
          placeholder="filter: 172.16.200.5 icmp DROP"
          aria-label="Filter the walk by text"
          value={filter.value.text}
          onInput={(e) => set({ text: e.currentTarget.value })}
        />
        <select
          aria-label="Host"
          value={filter.value.ns}
          onChange={(e) => set({ ns: e.currentTarget.value })}
        >
          <option value="">all hosts</option>
          {topology.value?.boxes.map((b) => (
            <option key={b.ns} value={b.ns}>
              {b.ns}
            </option>
          ))}
        </select>
        <select
          aria-label="How it ended"
          value={filter.value.verdict}
          onChange={(e) => set({ verdict: e.currentTarget.value as Filter["verdict"] })}
        >
          <option value="">any end</option>
          <option value="died">died</option>
          <option value="good">arrived</option>
          <option value="open">on its way</option>
        </select>
        <label class="check">
          <input
            type="checkbox"
            checked={filter.value.arp}
            onChange={(e) => set({ arp: e.currentTarget.checked })}
          />
          ARP
        </label>
        <fieldset class="segments">
          <legend class="visually-hidden">Rows are</legend>
          {(["packets", "steps"] as const).map((u) => (
            <label key={u}>
              <input type="radio" name="unit" checked={unit.value === u} onChange={() => (unit.value = u)} />
              <span>{u}</span>
            </label>
          ))}
        </fieldset>
      </search>
      {unit.value === "packets" ? <Packets now={now} /> : <Steps now={now} />}
    </div>
  );
}

function Packets({ now: { session, player } }: { now: Stage }) {
  const rows = useComputed(() => {
    stage.value?.session.count.value;
    return (
      stage.value?.session.packets.filter(
        (p) => (flow.value?.has(p.id) ?? true) && keepsPacket(filter.value, p),
      ) ?? []
    );
  });
  const all = rows.value;
  const id = player.packet.value;
  const selected = all.findIndex((p) => p.id === id);
  if (all.length === 0) return <Empty any={session.packets.length > 0} />;
  return (
    <VirtualList
      count={all.length}
      rowHeight={30}
      selected={selected}
      follow={player.mode.value === "live"}
      label="Packets"
      onSelect={(i) => {
        pinned.value = null;
        player.study(all[i].id);
      }}
      row={(i) => <PacketRow story={all[i]} time={session.events[all[i].first - 1]?.time ?? 0} />}
    />
  );
}

function PacketRow({ story, time }: { story: PacketStory; time: number }) {
  const end = fate(story);
  const way = story.hops.map((h) => h.ns).filter((ns, i, all) => ns !== all[i - 1]);
  return (
    <div class="packet-row">
      <span class="mono time">{clock(time)}</span>
      <span class="mono id">#{story.id}</span>
      <span class="what">{title(story.headers)}</span>
      <span class="mono ends">{ends(story.headers)}</span>
      <span class="hops">{way.join(" ▸ ")}</span>
      <span class={`fate ${end.kind}`}>
        <span aria-hidden="true">{end.kind === "died" ? "✗ " : end.kind === "good" ? "✓ " : "… "}</span>
        {end.word}
      </span>
    </div>
  );
}

function Steps({ now: { session, player } }: { now: Stage }) {
  const rows = useComputed(() => {
    const current = stage.value?.session;
    if (!current) return [];
    current.count.value;
    const only = stage.value?.player.locked.value ?? null;
    const steps: number[] = [];
    for (const [i, event] of current.events.entries()) {
      const id = "packet" in event ? event.packet : undefined;
      if (id === undefined && event.kind !== "refused") continue;
      if (only !== null && id !== only) continue;
      if (flow.value && (id === undefined || !flow.value.has(id))) continue;
      const story = id === undefined ? undefined : current.teller.packets.get(id);
      if (story && only === null && !keepsPacket({ ...filter.value, text: "", ns: "" }, story)) continue;
      if (keepsStep(filter.value, event, story)) steps.push(i);
    }
    return steps;
  });
  const all = rows.value;
  const at = player.position.value;
  let selected = all.length - 1;
  while (selected >= 0 && all[selected] > at) selected--;
  if (all.length === 0) return <Empty any={session.packets.length > 0} />;
  return (
    <VirtualList
      count={all.length}
      rowHeight={26}
      selected={selected}
      follow={player.mode.value === "live" && player.caughtUp}
      label="Steps"
      onSelect={(i) => {
        pinned.value = null;
        player.goTo(all[i]);
      }}
      row={(i) => {
        const event = session.events[all[i]];
        const id = "packet" in event ? event.packet : undefined;
        return (
          <div class={`step-row ${event.kind}`}>
            <span class="mono time">{clock(event.time)}</span>
            <span class="mono id">{id === undefined ? "" : `#${id}`}</span>
            <span class="ns">{event.ns}</span>
            <span class="what">{sentence(event)}</span>
            {event.kind === "rule" && <code class="rule-text">{event.text}</code>}
          </div>
        );
      }}
    />
  );
}

function Empty({ any }: { any: boolean }) {
  return (
    <p class="empty">
      {any
        ? "No packet passes this filter."
        : "Packets appear here as they are sent: ping or curl in a terminal."}
    </p>
  );
}
