import { render } from "preact";
import { App } from "./app.tsx";
import { changes, edited } from "./editor/editor.tsx";
import { openAnother } from "./lab/another.ts";
import { scripted } from "./lab/drop.ts";
import { isLab, isNumber, isText, keptLab } from "./lab/keep.ts";
import type { Lab } from "./lab/lab.ts";
import { sameLab } from "./lab/same-lab.ts";
import { labInLink } from "./lab/share.ts";
import { VIRTUAL_ROUTER } from "./lab/virtual-router.ts";
import { servedEngine } from "./link/engine-link.ts";
import "./part/theme.ts";
import { type KeptSession, keepSession, keptSession } from "./state/kept-session.ts";
import { open, type Side, say, side, stage, topology } from "./state/page.ts";
import { done, reached } from "./story/play.ts";
import { hasStory } from "./story/story.tsx";
import { activeTerminal, restoreTerminals, shownTerminals } from "./terminal/terminals.ts";

/** The lab that the address names: a link's, or the command line's. */
let named: Lab | undefined;

/** The lab that the page begins with: the one that the address names, the one of last time, or the virtual router. */
async function firstLab(): Promise<Lab> {
  try {
    named = labInLink(location.hash) ?? undefined;
  } catch (error) {
    say(`Not opened: ${error instanceof Error ? error.message : String(error)}`, "bad");
  }
  if (!named && new URLSearchParams(location.search).has("lab")) {
    const served: unknown = await fetch("./lab.json")
      .then((r) => (r.ok ? r.json() : null))
      .catch(() => null);
    try {
      if (!isLab(served)) throw new Error("packetwalk ui does not answer.");
      named = await scripted(served);
    } catch (error) {
      say(
        `The lab of the command line was not opened: ${error instanceof Error ? error.message : String(error)}`,
        "bad",
      );
    }
  }
  return named ?? keptLab() ?? VIRTUAL_ROUTER;
}

/** The lab as it was left in this tab; not when the address names another one than then. */
function left(): KeptSession | undefined {
  const kept = keptSession();
  if (!kept || !named) return kept;
  return kept.named && sameLab(kept.named, named) ? kept : undefined;
}

const isEdits = (value: unknown): value is Record<string, string> =>
  value !== null && typeof value === "object" && Object.values(value).every(isText);
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

/** What is in sight, for the next load. */
function view(): KeptSession["view"] {
  return {
    changes: changes.value,
    edited: edited.value,
    side: side.value,
    shown: shownTerminals.value,
    active: activeTerminal.value,
    reached: reached.value,
    done: [...done.value],
  };
}

function restore({ lab, deeds, last, view: { side: panel, shown, active, ...was } }: KeptSession): void {
  // An engine that cannot do things again has none: the lab is built anew, with what stood in the editor.
  const { session, player } = open(lab, deeds.length > 0 ? { before: { deeds, last } } : {});
  if (isEdits(was.changes)) {
    changes.value = was.changes;
    if (deeds.length === 0) for (const [path, text] of Object.entries(was.changes)) session.put(path, text);
  }
  if (isText(was.edited)) edited.value = was.edited;
  if (isText(panel)) side.value = panel as Side;
  if (isTexts(shown) && shown.length > 0 && isText(active)) restoreTerminals(session, shown, active);
  if (isNumber(was.reached)) reached.value = was.reached;
  if (isTexts(was.done)) done.value = new Set(was.done);
  // What was seen before is not played again.
  void session.query(["true"]).then(() => player.hurry());
}

addEventListener("pagehide", () => {
  const session = stage.value?.session;
  if (session)
    keepSession({ lab: session.lab, ...(named ? { named } : {}), ...session.before, view: view() });
});

const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
// The first terminal will want it.
void import("./terminal/screen.ts");
const first = await firstLab();
const kept = left();
if (kept) restore(kept);
else {
  open(first);
  if (!hasStory.value) side.value = "walk";
}

addEventListener("hashchange", () => {
  try {
    const lab = labInLink(location.hash);
    if (!lab) return;
    named = lab;
    openAnother(lab);
  } catch (error) {
    say(
      `Not opened: ${error instanceof Error ? error.message : String(error)} Your lab is as it was.`,
      "bad",
    );
  }
});

// Tests and the curious: what the page shows.
Object.assign(globalThis, { packetwalk: { stage, topology } });

// A page that the command line serves goes with it, and its address is a secret that nothing keeps.
if ("serviceWorker" in navigator && import.meta.env.PROD && servedEngine() === undefined) {
  navigator.serviceWorker.register("./sw.js").catch(() => {
    // Without it the page works, though not offline.
  });
}
