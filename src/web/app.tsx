import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { EditorPanel, runLab } from "./editor/editor.tsx";
import { FactsPanel } from "./facts/facts.tsx";
import { openEdited } from "./lab/another.ts";
import { filesOf, isSave, readDrop } from "./lab/drop.ts";
import { RulesetDialog, takeRules } from "./lab/ruleset-dialog.tsx";
import { TopologyMap } from "./map/map.tsx";
import { PanelClose } from "./part/panel-close.tsx";
import { Splitter } from "./part/splitter.tsx";
import { TopBar } from "./part/top-bar.tsx";
import { message, pinned, type Side, say, side, stage } from "./state/page.ts";
import { below, bringIn, isOpen, left, narrow, PLACES, top } from "./state/places.ts";
import { stopPlay } from "./story/play.ts";
import { StoryPanel } from "./story/story.tsx";
import { Terminals } from "./terminal/panel.tsx";
import { offer } from "./terminal/terminals.ts";
import { Walk } from "./walk/walk.tsx";
import { Matrix } from "./way/matrix.tsx";
import { PacketPanel } from "./way/packet.tsx";
import { Way, Why } from "./way/way.tsx";

const dropping = signal(false);

const SIDES: readonly { readonly id: Side; readonly label: string }[] = [
  { id: "story", label: "Story" },
  { id: "walk", label: "Walk" },
  { id: "facts", label: "Facts" },
  { id: "editor", label: "Editor" },
];

export function App() {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    const keys = (e: KeyboardEvent) => pageKeys(e);
    addEventListener("keydown", keys);
    addEventListener("paste", pasted);
    return () => {
      removeEventListener("keydown", keys);
      removeEventListener("paste", pasted);
    };
  }, []);
  const box = () => main.current?.getBoundingClientRect();
  const style = { "--left": `${left.value}%`, "--top": `${top.value}%`, "--below": `${below.value}%` };
  const away = PLACES.filter((p) => !isOpen(p)).map((p) => `no-${p}`);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files are dropped anywhere on the page
    <div class="app" onDragOver={dragOver} onDragLeave={dragLeave} onDrop={(e) => void dropped(e)}>
      <a class="skip" href="#terminals">
        to the terminals
      </a>
      <TopBar />
      <Failure />
      <main ref={main} style={style} class={away.join(" ")} data-narrow={narrow.value}>
        {isOpen("map") && (
          <section class="panel place-map" aria-label="Map">
            <TopologyMap />
          </section>
        )}
        <NarrowTabs />
        {isOpen("map") && isOpen("study") && (
          <Splitter size={left} direction="row" place="upper" label="width of the map" of={box} />
        )}
        {isOpen("study") && (
          // biome-ignore lint/a11y/useSemanticElements: a column of sections
          // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
          <div class="place-study" tabIndex={0} role="region" aria-label="Packet, way and chains">
            <PacketPanel />
            <Way />
            <Why onCure={(command, ns) => void cure(command, ns)} />
            <Matrix />
          </div>
        )}
        {(isOpen("map") || isOpen("study")) && (isOpen("terminals") || isOpen("side")) && (
          <Splitter size={top} direction="column" place="across" label="height of the upper half" of={box} />
        )}
        {isOpen("terminals") && (
          <div class="place-terminals" id="terminals">
            <Terminals />
          </div>
        )}
        {isOpen("terminals") && isOpen("side") && (
          <Splitter size={below} direction="row" place="lower" label="width of the terminals" of={box} />
        )}
        {isOpen("side") && <SidePanel />}
      </main>
      <output class={`message${message.value ? ` shown ${message.value.tone}` : ""}`} aria-live="polite">
        {message.value?.text}
      </output>
      <RulesetDialog />
      {dropping.value && <div class="drop-here">Drop a script, a folder, or what iptables-save printed</div>}
      <input id="file" type="file" multiple hidden onChange={chosen} />
      <input
        id="folder"
        type="file"
        hidden
        ref={(input) => input?.setAttribute("webkitdirectory", "")}
        onChange={chosen}
      />
    </div>
  );
}

/** Files were chosen from this machine, or a folder of them. */
function chosen(e: Event & { currentTarget: HTMLInputElement }): void {
  const files = [...(e.currentTarget.files ?? [])];
  e.currentTarget.value = "";
  if (files.length > 0)
    void take(
      files,
      files.map((f) => f.webkitRelativePath || f.name),
    );
}

/** On a narrow screen: which part stands below the map. */
function NarrowTabs() {
  const choose = (place: "study" | "terminals" | "side", panel?: Side) => {
    bringIn(place);
    if (panel) side.value = panel;
  };
  const parts: ["study" | "terminals" | "side", string, boolean, () => void][] = [
    ["study", "Packet", narrow.value === "study", () => choose("study")],
    ["terminals", "Terminals", narrow.value === "terminals", () => choose("terminals")],
    ...SIDES.map(({ id, label }): ["side", string, boolean, () => void] => [
      "side",
      label,
      narrow.value === "side" && side.value === id,
      () => choose("side", id),
    ]),
  ];
  return (
    <nav class="narrow-tabs" aria-label="Parts of the page">
      {parts.map(([part, label, now, go]) => (
        <button key={label} type="button" data-part={part} aria-pressed={now} onClick={go}>
          {label}
        </button>
      ))}
    </nav>
  );
}

function SidePanel() {
  const now = side.value;
  const keys = (e: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!by) return;
    e.preventDefault();
    const at = (SIDES.findIndex((s) => s.id === now) + by + SIDES.length) % SIDES.length;
    side.value = SIDES[at].id;
    e.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")[at]?.focus();
  };
  return (
    <section class="panel place-side" aria-label="Story, walk, facts, editor">
      <header>
        <div class="tabs" role="tablist" aria-label="Story, walk, facts, editor" onKeyDown={keys}>
          {SIDES.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`tab-${id}`}
              aria-selected={now === id}
              aria-controls="side-body"
              tabIndex={now === id ? 0 : -1}
              onClick={() => (side.value = id)}
            >
              {label}
              {id === "walk" && <Count />}
            </button>
          ))}
        </div>
        <PanelClose place="side" />
      </header>
      <div
        id="side-body"
        class={`side-body ${now}`}
        role="tabpanel"
        aria-labelledby={`tab-${now}`}
        tabIndex={now === "story" || now === "facts" ? 0 : -1}
      >
        {now === "story" && <StoryPanel />}
        {now === "walk" && <Walk />}
        {now === "facts" && <FactsPanel />}
        {now === "editor" && <EditorPanel />}
      </div>
    </section>
  );
}

const packetCount = computed(() => {
  const session = stage.value?.session;
  session?.count.value;
  return session?.packets.filter((p) => p.headers.family !== "arp").length ?? 0;
});

const Count = () =>
  packetCount.value > 0 ? (
    <>
      {" "}
      <span class="count">
        {packetCount.value}
        <span class="visually-hidden"> packets</span>
      </span>
    </>
  ) : null;

function Failure() {
  const failed = stage.value?.session.failed.value;
  const notices = stage.value?.session.notices.value ?? [];
  const last = notices.at(-1);
  useEffect(() => {
    if (last) say(last, "bad");
  }, [notices.length]);
  if (!failed) return null;
  return (
    <div class="failure" role="alert">
      <p>The lab has ended: {failed}. What you wrote in the editor is kept.</p>
      <button type="button" onClick={runLab}>
        Start it again
      </button>
    </div>
  );
}

async function cure(command: string, ns: string): Promise<void> {
  stopPlay();
  bringIn("terminals");
  await offer(command, ns);
}

function pageKeys(e: KeyboardEvent): void {
  if (e.key === "F6") {
    e.preventDefault();
    const parts = [
      ...document.querySelectorAll<HTMLElement>(
        ".place-map .card, .place-study, .xterm-helper-textarea, .place-side [role=tab][tabindex='0']",
      ),
    ];
    const places = [".place-map", ".place-study", ".place-terminals", ".place-side"];
    const at = places.findIndex((p) => document.querySelector(p)?.contains(document.activeElement));
    for (let i = 1; i <= places.length; i++) {
      const place = document.querySelector(places[(at + i) % places.length]);
      const to = parts.find((p) => place === p || place?.contains(p));
      if (to) {
        to.focus();
        return;
      }
    }
    return;
  }
  const typed = e.target as HTMLElement;
  if (
    typed.closest(
      "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, .cm-editor, .screen, [contenteditable]",
    )
  )
    return;
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const player = stage.value?.player;
  if (!player) return;
  const run: Record<string, () => void> = {
    ",": () => player.step(-1),
    ".": () => player.step(1),
    l: () => player.live(),
    L: () => player.live(),
  };
  if (e.key === " " && !typed.closest("button, [role=button], [role=tab], summary, a, label")) {
    e.preventDefault();
    stopPlay();
    if (player.mode.value === "playing") player.pause();
    else player.play();
    return;
  }
  if (!Object.hasOwn(run, e.key)) return;
  stopPlay();
  pinned.value = null;
  run[e.key]();
}

function dragOver(e: DragEvent): void {
  if (!e.dataTransfer?.types.includes("Files")) return;
  e.preventDefault();
  dropping.value = true;
}

function dragLeave(e: DragEvent): void {
  if (e.relatedTarget === null) dropping.value = false;
}

async function dropped(e: DragEvent): Promise<void> {
  dropping.value = false;
  if (!e.dataTransfer?.types.includes("Files")) return;
  e.preventDefault();
  const { files, paths } = await filesOf(e.dataTransfer);
  await take(files, paths);
}

/** Text that was pasted where nothing is written: as if it had been dropped. */
function pasted(e: ClipboardEvent): void {
  const at = e.target as HTMLElement;
  if (at.closest("input, textarea, select, .cm-editor, .screen, [contenteditable], dialog")) return;
  const text = e.clipboardData?.getData("text/plain") ?? "";
  if (text.trim() === "") return;
  e.preventDefault();
  const name = isSave(text) ? "pasted.v4" : "pasted.sh";
  void take([new File([text], name)], [name]);
}

/** A lab takes the place of the one that is open; of a ruleset the person says where it goes. */
async function take(files: readonly File[], paths: readonly string[]): Promise<void> {
  try {
    const { lab, rules, leftOut } = await readDrop(files, paths);
    if (rules) takeRules(rules);
    if (!lab) return;
    openEdited(lab);
    const without = leftOut.length > 0 ? ` Left out, being no text: ${leftOut.join(", ")}.` : "";
    say(`${lab.name}: built from ${lab.main}.${without}`);
  } catch (error) {
    say(
      `Not opened: ${error instanceof Error ? error.message : String(error)} Your lab is as it was.`,
      "bad",
    );
  }
}
