import { render } from "preact";
import { App } from "./app.tsx";
import { changes, edited } from "./editor/editor.tsx";
import { isLab, isNumber, isText, keptLab } from "./lab/keep.ts";
import type { Lab } from "./lab/lab.ts";
import { labInLink } from "./lab/share.ts";
import { VIRTUAL_ROUTER } from "./lab/virtual-router.ts";
import { servedEngine } from "./link/engine-link.ts";
import "./part/theme.ts";
import { type KeptSession, keepSession, keptSession, sameLab } from "./state/kept-session.ts";
import { open, type Side, say, side, stage, topology } from "./state/page.ts";
import { done, reached } from "./story/play.ts";
import { hasStory } from "./story/story.tsx";
import { activeTerminal, restoreTerminals, shownTerminals } from "./terminal/terminals.ts";

/** The lab that the page begins with: the link's, the command line's, the one of last time, or the virtual router. */
async function firstLab(): Promise<Lab> {
  try {
    const shared = labInLink(location.hash);
    if (shared) return shared;
  } catch (error) {
    say(`Not opened: ${error instanceof Error ? error.message : String(error)}`, "bad");
  }
  if (new URLSearchParams(location.search).has("lab")) {
    const served: unknown = await fetch("./lab.json")
      .then((r) => (r.ok ? r.json() : null))
      .catch(() => null);
    if (isLab(served)) return served;
    say("The lab of the command line could not be read: is packetwalk ui still running?", "bad");
  }
  return keptLab() ?? VIRTUAL_ROUTER;
}

/** The lab as it was left in this tab, when it is the one that would be opened anyway. */
function left(first: Lab): KeptSession | undefined {
  const kept = keptSession();
  // An engine that cannot do things again has none.
  if (!kept || kept.deeds.length === 0) return undefined;
  const edits = isEdits(kept.view.changes) ? kept.view.changes : {};
  const edited = { ...kept.lab, files: { ...kept.lab.files, ...edits } };
  return sameLab(kept.lab, first) || sameLab(edited, first) ? kept : undefined;
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
  const { session, player } = open(lab, { before: { deeds, last } });
  if (isEdits(was.changes)) changes.value = was.changes;
  if (isText(was.edited)) edited.value = was.edited;
  if (isText(panel)) side.value = panel as Side;
  if (isTexts(shown) && isText(active)) restoreTerminals(session, shown, active);
  if (isNumber(was.reached)) reached.value = was.reached;
  if (isTexts(was.done)) done.value = new Set(was.done);
  // What was seen before is not played again.
  void session.query(["true"]).then(() => player.hurry());
}

addEventListener("pagehide", () => {
  const session = stage.value?.session;
  if (session) keepSession({ lab: session.lab, ...session.before, view: view() });
});

const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
// The first terminal will want it.
void import("./terminal/screen.ts");
const first = await firstLab();
const kept = left(first);
if (kept) restore(kept);
else {
  open(first);
  if (!hasStory.value) side.value = "walk";
}

addEventListener("hashchange", () => {
  try {
    const lab = labInLink(location.hash);
    if (lab) open(lab);
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
