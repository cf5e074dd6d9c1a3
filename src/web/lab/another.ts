import { changes, currentLab, edited } from "../editor/editor.tsx";
import { open, side } from "../state/page.ts";
import { forgetProgress } from "../story/play.ts";
import { isLab, keptSignal } from "./keep.ts";
import type { Lab } from "./lab.ts";
import { sameLab } from "./same-lab.ts";

const isLabOrNone = (value: unknown): value is Lab | null => value === null || isLab(value);

/** The lab that was open before this one, with what was edited in it: a way back. */
export const labBefore = keptSignal<Lab | null>("before", null, isLabOrNone);

/** Opens another lab in the place of this one. */
export function openAnother(lab: Lab): void {
  const now = currentLab();
  if (now && !sameLab(now, lab)) labBefore.value = now;
  edited.value = null;
  changes.value = {};
  forgetProgress();
  open(lab);
}

/** The same, with its script in the editor. */
export function openEdited(lab: Lab): void {
  openAnother(lab);
  side.value = "editor";
}
