import { Fold, isFolded } from "../part/fold.tsx";
import { ends, type FieldChange, fate, type Moment, sentence, title } from "../state/moment.ts";
import { moment, refusal, stage } from "../state/page.ts";
import { hasStory } from "../story/story.tsx";
import { showFlow } from "../walk/walk.tsx";
import { Bytes } from "./bytes.tsx";

/** The packet under study: what it is, what its headers say now, and what changed. */
export function PacketPanel() {
  const now = moment.value;
  const refused = refusal.value;
  if (refused) {
    return (
      <section class="panel packet" aria-label="The packet under study">
        <header>
          <h2>No packet</h2>
          <span class="mono">
            {refused.process ?? "a program"} in {refused.ns} wanted to send to {refused.dst}
          </span>
        </header>
      </section>
    );
  }
  if (!now) {
    return (
      <section class="panel packet" aria-label="The packet under study">
        <header>
          <h2>No packet yet</h2>
          <span class="quiet-text">
            {hasStory.value ? "Play the story, or send one" : "Send one"}: ping or curl in a terminal.
          </span>
        </header>
      </section>
    );
  }
  return <Studied now={now} />;
}

function Studied({ now }: { now: Moment }) {
  const { story, headers, last } = now;
  const locked = stage.value?.player.locked.value === story.id;
  const parent = story.parent > 0 ? stage.value?.session.teller.packets.get(story.parent) : undefined;
  const end = fate(story);
  const over = last.seq >= story.last;
  return (
    <section class="panel packet" aria-label="The packet under study">
      <header>
        <Fold name="packet" label="the packet's fields" />
        <h2>
          <span class="id mono">#{story.id}</span> {title(story.headers)}
        </h2>
        <span class="mono ends">{ends(story.headers)}</span>
        {over && <span class={`fate ${end.kind}`}>{end.word}</span>}
        {parent && (
          <button type="button" class="quiet" onClick={() => stage.value?.player.study(parent.id)}>
            answers #{parent.id}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          title="only its conversation in the walk"
          onClick={() => showFlow(story.id)}
        >
          its flow
        </button>
        <button
          type="button"
          class="quiet"
          aria-pressed={locked}
          onClick={() => {
            const player = stage.value?.player;
            if (player) player.locked.value = locked ? null : story.id;
          }}
        >
          {locked ? "studying only this" : "study only this"}
        </button>
      </header>
      {!isFolded("packet") && <Fields now={now} />}
      <div class="below-fields" hidden={isFolded("packet")}>
        <Entry now={now} />
        <Bytes bytes={now.bytes} before={now.bytesBefore} />
      </div>
      <p class="visually-hidden" aria-live="polite">
        {`${now.ns}: ${sentence(last)}. ${ends(headers)}`}
      </p>
    </section>
  );
}

function Fields({ now }: { now: Moment }) {
  const { headers: h, story } = now;
  const rows: [string, string, string | undefined][] = [
    ["src", "src", h.src],
    ["dst", "dst", h.dst],
    ["sport", "sport", text(h.sport)],
    ["dport", "dport", text(h.dport)],
    ["ttl", "ttl", text(h.ttl)],
    ["id", "id, seq", h.id === undefined ? undefined : `${h.id}, ${h.sequence ?? 0}`],
    ["flags", "flags", h.flags],
    ["length", "length", `${h.length} B`],
    ["mark", "mark", h.mark === undefined ? undefined : `0x${h.mark.toString(16)}`],
  ];
  const changed = (field: string): FieldChange | undefined =>
    now.changes.findLast((c) => fieldOf(c, story) === field);
  return (
    <dl class="fields">
      {rows.map(([field, label, value]) => {
        if (value === undefined) return null;
        const change = changed(field);
        const fresh =
          change && (now.last.kind === "nat" || now.last.kind === "change") && now.changes.at(-1) === change;
        return (
          <div
            key={field}
            class={`field${change ? " changed" : ""}${fresh ? " fresh" : ""}`}
            data-field={field}
          >
            <dt>{label}</dt>
            <dd class="mono">
              {change && <del>{change.from.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")}</del>}
              {change ? <ins>{value}</ins> : <span>{value}</span>}
              {change && <span class="by">{change.by.startsWith("ip_") ? "" : change.by}</span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

const text = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

function fieldOf(change: FieldChange, _story: unknown): string {
  if (change.field === "src-port") return "sport";
  if (change.field === "dst-port") return "dport";
  return change.field;
}

function Entry({ now }: { now: Moment }) {
  const { conntrack } = now;
  if (!conntrack) return null;
  const glows = now.nat.some((n) => n.reply);
  return (
    <div class={`entry${glows ? " glows" : ""}`}>
      <span class="label">conntrack</span>{" "}
      <b class={`state ${conntrack.state.toLowerCase()}`}>{conntrack.state}</b>
      {conntrack.isNew && <span class="quiet-text"> made by this packet</span>}
      {glows && <span class="why-entry">The entry translates; the nat table is not asked.</span>}
      {conntrack.entry && <code title={conntrack.entry}>{conntrack.entry.replace(/\s+/g, " ")}</code>}
    </div>
  );
}
