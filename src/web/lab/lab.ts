import type { LabFiles } from "../../link/protocol.ts";

/** A lab as the page holds it. */
export interface Lab {
  readonly name: string;
  readonly files: LabFiles;
  /** The script that builds it; empty: nothing is run. */
  readonly main: string;
}

/** The lab's guided story, when its folder has one. */
export const LESSON = "lesson.md";

/** The script that a folder of files is built by. */
export function mainOf(files: LabFiles): string {
  const names = Object.keys(files);
  return (
    ["setup.sh", "lab.sh", "main.sh"].find((name) => Object.hasOwn(files, name)) ??
    names.find((name) => name.endsWith(".sh")) ??
    ""
  );
}
