import { render } from "preact";
import { App } from "./app.tsx";
import { isLab, keptLab } from "./lab/keep.ts";
import type { Lab } from "./lab/lab.ts";
import { labInLink } from "./lab/share.ts";
import { VIRTUAL_ROUTER } from "./lab/virtual-router.ts";
import "./part/theme.ts";
import { open, say, side, stage, topology } from "./state/page.ts";
import { hasStory } from "./story/story.tsx";
import "./style/base.css";
import "./style/layout.css";
import "./style/panels.css";
import "./style/map.css";

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

const root = document.getElementById("app");
if (root) render(<App />, root);
open(await firstLab());
if (!hasStory.value) side.value = "walk";

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

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  navigator.serviceWorker.register("./sw.js").catch(() => {
    // Without it the page works, though not offline.
  });
}
