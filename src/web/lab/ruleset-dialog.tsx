import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { changes, edited } from "../editor/editor.tsx";
import { side, stage, studied } from "../state/page.ts";
import { bringIn } from "../state/places.ts";
import { offer } from "../terminal/terminals.ts";
import { openEdited } from "./another.ts";
import { labAround, sizeOf } from "./around.ts";
import { noSix, type Ruleset } from "./drop.ts";

/** A ruleset that was handed in, and waits for a word on where it goes. */
export const ruleset = signal<Ruleset | null>(null);

/** Asks; or says why there is nothing to ask. */
export function takeRules(rules: Ruleset): void {
  if (rules.family === "IPv6" && stage.value?.session.engine.value?.kind !== "kernel")
    throw new Error(noSix(rules.path));
  ruleset.value = rules;
}

/** Asks where a ruleset goes: into a lab made round it, or into the box under study. */
export function RulesetDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const now = ruleset.value;
  useEffect(() => {
    if (now) dialog.current?.showModal();
    else dialog.current?.close();
  }, [now]);
  const { rules, tables } = now ? sizeOf(now.text) : { rules: 0, tables: 0 };
  const box = studied.value;
  const around = () => {
    if (!now) return;
    dialog.current?.close();
    openEdited(labAround(now.path, now.text));
  };
  const inside = () => {
    if (!now || !stage.value) return;
    // Closing gives the focus back to where it was: it comes first.
    dialog.current?.close();
    const { session } = stage.value;
    const path = now.path.replace(/[^\w.-]+/g, "-");
    changes.value = { ...changes.value, [path]: now.text };
    session.put(path, now.text);
    edited.value = path;
    side.value = "editor";
    bringIn("terminals");
    const folder = session.engine.value?.folder ?? "";
    const restore = now.family === "IPv6" ? "ip6tables-restore" : "iptables-restore";
    void offer(`${restore} < ${folder}/${path}`, box);
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="ruleset-title"
      onClose={() => {
        ruleset.value = null;
      }}
    >
      <h2 id="ruleset-title">
        {now?.path}: {rules} rule{rules === 1 ? "" : "s"} in {tables} table{tables === 1 ? "" : "s"}
      </h2>
      <p>Where shall they go?</p>
      <div class="choices">
        {now?.family !== "IPv6" && (
          <button type="button" class="primary" onClick={around}>
            A lab round them
            <small>a box with the devices that they name, a host behind each; your lab is closed</small>
          </button>
        )}
        <button type="button" onClick={inside}>
          Into {box}
          <small>the command to restore them, in its terminal</small>
        </button>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          Nowhere
        </button>
      </div>
    </dialog>
  );
}
