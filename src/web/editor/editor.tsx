import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { keepLab } from "../lab/keep.ts";
import type { Lab } from "../lab/lab.ts";
import { building, buildOutput, open, say, stage } from "../state/page.ts";
import { forgetProgress } from "../story/play.ts";
import type { CodeEditor } from "./codemirror.ts";

/** The file in the editor, by its path in the lab. */
export const edited = signal<string | null>(null);
/** Changed since the lab was built. */
export const changes = signal<Readonly<Record<string, string>>>({});

/** The lab as it is edited. */
export function currentLab(): Lab | null {
  const lab = stage.value?.session.lab;
  return lab ? { ...lab, files: { ...lab.files, ...changes.value } } : null;
}

/** Builds the edited lab on a fresh machine. */
export function runLab(): void {
  const lab = currentLab();
  if (!lab) return;
  changes.value = {};
  forgetProgress();
  open(lab);
}

export function EditorPanel() {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  const now = stage.value;
  const lab = now?.session.lab;
  const files = { ...lab?.files, ...changes.value };
  const names = Object.keys(files).sort(
    (a, b) => Number(b === lab?.main) - Number(a === lab?.main) || a.localeCompare(b),
  );
  const path = edited.value !== null && names.includes(edited.value) ? edited.value : (names[0] ?? "");

  useEffect(() => {
    let gone = false;
    void import("./codemirror.ts").then(({ makeEditor }) => {
      if (gone || !place.current) return;
      editor.current = makeEditor(place.current, files[path] ?? "", {
        label: `script ${path}`,
        change: (text) => {
          changes.value = { ...changes.value, [path]: text };
          stage.value?.session.put(path, text);
          const edited = currentLab();
          if (edited && !keepLab(edited))
            say("This browser has no room to keep the lab: export the script.", "bad");
        },
        check: async (text) =>
          path.endsWith(".md") || path.endsWith(".html")
            ? []
            : ((await stage.value?.session.check(text)) ?? []),
        run: runLab,
      });
    });
    return () => {
      gone = true;
      editor.current?.dispose();
      editor.current = null;
    };
  }, [now?.session, path]);

  const runFrom = () => {
    const line = editor.current?.lineOfCursor() ?? 1;
    const rest = (files[path] ?? "")
      .split("\n")
      .slice(line - 1)
      .join("\n");
    stage.value?.session.put(".rest.sh", rest);
    buildOutput.value = "";
    stage.value?.session.start(["bash", ".rest.sh"], {
      onOutput: (data, _, shown) => {
        shown();
        buildOutput.value = (buildOutput.value + data).slice(-20_000);
      },
      onEnd: (status) =>
        say(`From line ${line}: ended with status ${status}.`, status === 0 ? "plain" : "bad"),
    });
  };
  return (
    <div class="editor">
      <div class="editor-bar">
        <select aria-label="File" value={path} onChange={(e) => (edited.value = e.currentTarget.value)}>
          {names.map((n) => (
            <option key={n} value={n}>
              {n}
              {Object.hasOwn(changes.value, n) ? " •" : ""}
            </option>
          ))}
        </select>
        <button
          type="button"
          onClick={runLab}
          disabled={building.value}
          title="build the lab anew from this (Ctrl-Enter)"
        >
          Run anew
        </button>
        <button type="button" class="quiet" onClick={runFrom} disabled={!path.endsWith(".sh")}>
          run from this line
        </button>
      </div>
      <div ref={place} class="editor-place" data-path={path} />
      {buildOutput.value !== "" && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
        <pre class="build-output" role="log" aria-label="What the script printed" tabIndex={0}>
          {buildOutput.value}
        </pre>
      )}
    </div>
  );
}
