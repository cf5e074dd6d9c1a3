import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { currentLab, runLab } from "../editor/editor.tsx";
import { labBefore, openAnother } from "../lab/another.ts";
import { exportCapture, exportEvents, exportScript, exportSvg } from "../lab/export.ts";
import type { Lab } from "../lab/lab.ts";
import { shareLink } from "../lab/share.ts";
import { VIRTUAL_ROUTER } from "../lab/virtual-router.ts";
import { servedEngine } from "../link/engine-link.ts";
import { clock, sentence } from "../state/moment.ts";
import { pinned, say, stage } from "../state/page.ts";
import { below, bringIn, closed, isOpen, left, PLACE_NAMES, PLACES, putAway, top } from "../state/places.ts";
import type { Stride } from "../state/player.ts";
import { paused, playing, stopPlay } from "../story/play.ts";
import { hasStory, playStory } from "../story/story.tsx";
import { EngineName } from "./engine-name.tsx";
import { isDark, themeChoice } from "./theme.ts";

const EMPTY: Lab = {
  name: "empty box",
  files: { "lab.sh": "#!/bin/bash\n# One box, nothing in it yet.\nip netns add a\n" },
  main: "lab.sh",
};

export function TopBar() {
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 24 16" width="24" height="16" aria-hidden="true">
          <path
            d="M1 8h13"
            stroke="var(--accent)"
            stroke-width="2"
            stroke-linecap="round"
            stroke-dasharray="3 4"
          />
          <circle cx="19" cy="8" r="4.5" fill="var(--accent)" />
        </svg>
        Packetwalk
      </h1>
      <EngineName />
      <LabMenu />
      <StoryButton />
      <Transport />
      <ViewMenu />
      <ShareMenu />
      <button
        type="button"
        class="icon"
        aria-label={isDark() ? "light colours" : "dark colours"}
        title={isDark() ? "light colours" : "dark colours"}
        onClick={() => (themeChoice.value = isDark() ? "light" : "dark")}
      >
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          {isDark() ? (
            <g stroke="currentColor" stroke-width="1.6" stroke-linecap="round" fill="none">
              <circle cx="10" cy="10" r="3.6" />
              <path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4" />
            </g>
          ) : (
            <path
              d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z"
              fill="none"
              stroke="currentColor"
              stroke-width="1.6"
              stroke-linejoin="round"
            />
          )}
        </svg>
      </button>
    </header>
  );
}

interface Entry {
  readonly label: string;
  readonly hint?: string;
  /** Something that is on or off. */
  readonly checked?: boolean;
  readonly run: () => void;
}

/** A button that opens a list of things to do. Escape and a click elsewhere close it. */
function Menu({ label, name, entries }: { label: string; name: string; entries: readonly Entry[] }) {
  const isOpen = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const away = (e: Event) => {
      if (!root.current?.contains(e.target as Node)) isOpen.value = false;
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, []);
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Escape") {
      isOpen.value = false;
      root.current?.querySelector("button")?.focus();
      e.stopPropagation();
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!by) return;
    e.preventDefault();
    isOpen.value = true;
    const items = [...(root.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + by + items.length) % items.length]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the buttons inside
    <div
      ref={root}
      class="menu"
      data-name={name}
      onKeyDown={keys}
      onFocusOut={(e) => {
        if (e.relatedTarget && !e.currentTarget.contains(e.relatedTarget as Node)) isOpen.value = false;
      }}
    >
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-label={name}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        {label} <span aria-hidden="true">▾</span>
      </button>
      {isOpen.value && (
        <div class="menu-list" role="menu" aria-label={name}>
          {entries.map((entry) => (
            <button
              key={entry.label}
              type="button"
              {...(entry.checked === undefined
                ? { role: "menuitem" as const }
                : { role: "menuitemcheckbox" as const, "aria-checked": entry.checked })}
              onClick={() => {
                isOpen.value = false;
                root.current?.querySelector("button")?.focus();
                entry.run();
              }}
            >
              <span>
                {entry.checked !== undefined && (
                  <span class="tick" aria-hidden="true">
                    {entry.checked ? "✓" : ""}
                  </span>
                )}
                {entry.label}
              </span>
              {entry.hint && <small>{entry.hint}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function LabMenu() {
  const lab = stage.value?.session.lab;
  const before = labBefore.value;
  const back: Entry[] = before
    ? [
        {
          label: `Back to ${before.name}`,
          hint: "the lab before this, as edited",
          run: () => openAnother(before),
        },
      ]
    : [];
  const entries: Entry[] = [
    { label: "Run anew", hint: "a fresh machine, the script as it is in the editor", run: runLab },
    { label: "Virtual router", hint: "the lab with the story", run: () => openAnother(VIRTUAL_ROUTER) },
    { label: "Empty box", hint: "begin with nothing", run: () => openAnother(EMPTY) },
    {
      label: "Open a file …",
      hint: "a script, or what iptables-save prints; or drop it on the page",
      run: () => document.getElementById("file")?.click(),
    },
    {
      label: "Open a folder …",
      hint: "a lab's script, its lesson and what they need",
      run: () => document.getElementById("folder")?.click(),
    },
    ...back,
  ];
  return (
    <>
      <Menu label={lab?.name ?? "lab"} name={`Lab: ${lab?.name ?? "lab"}`} entries={entries} />
      <button
        type="button"
        class="quiet"
        onClick={runLab}
        title="a fresh machine: the lab as its script builds it"
      >
        Reset
      </button>
    </>
  );
}

function StoryButton() {
  if (!hasStory.value) return null;
  const isPlaying = playing.value !== null;
  if (!isPlaying) {
    return (
      <button type="button" class="primary" onClick={playStory}>
        <span aria-hidden="true">▶</span> Play the story
      </button>
    );
  }
  return (
    <span class="story-buttons">
      <button type="button" class="primary" onClick={() => (paused.value = !paused.value)}>
        {paused.value ? "Go on" : "Pause the story"}
      </button>
      <button type="button" class="quiet" onClick={stopPlay}>
        stop
      </button>
    </span>
  );
}

/** Time: step, play, the slider, the moment in words. */
function Transport() {
  const player = stage.value?.player;
  const last = useComputed(() => Math.max(0, (stage.value?.session.count.value ?? 0) - 1));
  if (!player) return null;
  const event = player.event.value;
  const isPlaying = player.mode.value === "playing";
  const live = player.mode.value === "live";
  const step = (by: 1 | -1) => {
    stopPlay();
    pinned.value = null;
    player.step(by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a toolbar group, not a form's
    <div class="transport" role="group" aria-label="Time">
      <button
        type="button"
        class="icon"
        aria-label="step back"
        title="step back (,)"
        onClick={() => step(-1)}
      >
        <Glyph d="M13 4 L6 10 L13 16 z M4 4 v12" />
      </button>
      <button
        type="button"
        class="icon"
        aria-label={isPlaying ? "pause" : "play the walk"}
        title={isPlaying ? "pause" : "play the packet's walk (space)"}
        onClick={() => {
          stopPlay();
          pinned.value = null;
          if (isPlaying) player.pause();
          else player.play();
        }}
      >
        <Glyph d={isPlaying ? "M6 4 v12 M13 4 v12" : "M6 4 L15 10 L6 16 z"} />
      </button>
      <button
        type="button"
        class="icon"
        aria-label="step forward"
        title="step forward (.)"
        onClick={() => step(1)}
      >
        <Glyph d="M7 4 L14 10 L7 16 z M16 4 v12" />
      </button>
      <select
        aria-label="Step by"
        value={player.stride.value}
        onChange={(e) => (player.stride.value = e.currentTarget.value as Stride)}
      >
        <option value="step">by step</option>
        <option value="hook">by hook</option>
        <option value="hop">by hop</option>
        <option value="packet">by packet</option>
      </select>
      <select
        aria-label="Speed"
        value={String(player.speed.value)}
        onChange={(e) => (player.speed.value = Number(e.currentTarget.value))}
      >
        {[0.25, 0.5, 1, 2, 4].map((s) => (
          <option key={s} value={String(s)}>
            {s}×
          </option>
        ))}
      </select>
      <input
        type="range"
        min={0}
        max={last.value}
        value={Math.max(0, player.position.value)}
        aria-label="Moment"
        aria-valuetext={event ? `${clock(event.time)}, ${event.ns}: ${sentence(event)}` : "the beginning"}
        style={{
          "--at": `${last.value === 0 ? 0 : (Math.max(0, player.position.value) / last.value) * 100}%`,
        }}
        onInput={(e) => {
          stopPlay();
          pinned.value = null;
          player.locked.value = null;
          player.goTo(Number(e.currentTarget.value));
        }}
      />
      <span class="mono now" title={event ? sentence(event) : ""}>
        {event ? clock(event.time) : "0 s"}
      </span>
      <button
        type="button"
        class={`live${live ? " on" : ""}`}
        aria-pressed={live}
        title="follow what happens (L)"
        onClick={() => player.live()}
      >
        <span aria-hidden="true" class="dot" /> live
      </button>
    </div>
  );
}

function Glyph({ d }: { d: string }) {
  return (
    <svg viewBox="0 0 20 20" width="17" height="17" aria-hidden="true">
      <path
        d={d}
        fill="currentColor"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}

/** Which parts of the page are in sight. */
function ViewMenu() {
  const entries: Entry[] = [
    ...PLACES.map((place) => ({
      label: PLACE_NAMES[place],
      checked: isOpen(place),
      run: () => (isOpen(place) ? putAway(place) : bringIn(place)),
    })),
    {
      label: "All of them, as at first",
      run: () => {
        closed.value = [];
        for (const [size, share] of [
          [left, 38],
          [top, 67],
          [below, 48],
        ] as const)
          size.value = share;
      },
    },
  ];
  return <Menu label="View" name="View" entries={entries} />;
}

function ShareMenu() {
  // The address of a page that has the kernel is a secret of this machine: no link holds it.
  const link: Entry[] = [
    {
      label: "Copy a link",
      hint: "it holds the whole lab; no server is asked",
      run: () => {
        const lab = currentLab();
        if (!lab) return;
        const link = shareLink(lab, location.href);
        history.replaceState(null, "", link);
        const said = (text: string) => say(text);
        navigator.clipboard?.writeText(link).then(
          () => said("The link is copied; it stands in the address too."),
          () => said("The link stands in the address: copy it from there."),
        );
      },
    },
  ];
  const entries: Entry[] = [
    ...(servedEngine() === "kernel" ? [] : link),
    {
      label: "Save the script",
      run: () => {
        const lab = currentLab();
        if (lab) exportScript(lab);
      },
    },
    {
      label: "Save the walk",
      hint: "every event, one JSON object a line",
      run: () => stage.value && exportEvents(stage.value.session),
    },
    {
      label: "Save the packets",
      hint: "pcapng, for Wireshark",
      run: () => stage.value && void exportCapture(stage.value.session),
    },
    { label: "Save the map", hint: "SVG", run: () => stage.value && exportSvg(stage.value.session) },
  ];
  return <Menu label="Share" name="Share and save" entries={entries} />;
}
