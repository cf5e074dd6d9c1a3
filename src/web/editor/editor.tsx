import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ScriptFault } from "../../link/protocol.ts";
import { keepLab } from "../lab/keep.ts";
import type { Lab } from "../lab/lab.ts";
import { LINK } from "../lab/share.ts";
import { building, buildOutput, open, say, stage } from "../state/page.ts";
import { forgetProgress } from "../story/play.ts";
import type { CodeEditor } from "./codemirror.ts";
import { partFrom, partTo } from "./part.ts";

/** The file in the editor, by its path in the lab. */
export const edited = signal<string | null>(null);
/** Changed since the lab was built. */
export const changes = signal<Readonly<Record<string, string>>>({});
const faults = signal<readonly ScriptFault[]>([]);

/** Longer texts are not checked while they are typed (characters). */
const MOST_CHECKED = 600_000;

/** The lab as it is edited. */
export function currentLab(): Lab | null {
  const lab = stage.value?.session.lab;
  return lab ? { ...lab, files: { ...lab.files, ...changes.value } } : null;
}

/** Builds the edited lab on a fresh machine. */
export function runLab(): void {
  saveNow();
  const lab = currentLab();
  if (!lab) return;
  changes.value = {};
  forgetProgress();
  open(lab);
}

/** That there is no room is said once, not at each key. */
let saidFull = false;
let unsaved: { path: string; text: string } | null = null;
let saving: ReturnType<typeof setTimeout> | null = null;

/** The text goes into the lab's folder and into this browser, a moment after the last key. */
function save(path: string, text: string): void {
  changes.value = { ...changes.value, [path]: text };
  if (unsaved && unsaved.path !== path) saveNow();
  unsaved = { path, text };
  if (saving !== null) clearTimeout(saving);
  saving = setTimeout(saveNow, 250);
}

function saveNow(): void {
  if (saving !== null) clearTimeout(saving);
  saving = null;
  if (!unsaved) return;
  stage.value?.session.put(unsaved.path, unsaved.text);
  unsaved = null;
  // A link in the address holds the lab as it was: a reload is to find this one.
  if (location.hash.startsWith(LINK)) history.replaceState(null, "", location.pathname + location.search);
  const lab = currentLab();
  if (lab && !keepLab(lab) && !saidFull) {
    saidFull = true;
    say("This browser has no room to keep the lab: save the script from the Share menu.", "bad");
  }
}

addEventListener("pagehide", saveNow);

/** Runs a part of a script on the lab as it is. */
function runPart(text: string, said: string): void {
  const session = stage.value?.session;
  if (!session) return;
  session.put(".part.sh", text);
  buildOutput.value = "";
  building.value = true;
  session.start(["bash", ".part.sh"], {
    onOutput: (data, _, shown) => {
      shown();
      buildOutput.value = (buildOutput.value + data).slice(-20_000);
    },
    onEnd: (status) => {
      building.value = false;
      say(`${said} ended with status ${status}.`, status === 0 ? "plain" : "bad");
    },
  });
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
  const isScript = /\.sh$/.test(path) || path === lab?.main;

  useEffect(() => {
    let gone = false;
    faults.value = [];
    void import("./codemirror.ts").then(({ makeEditor }) => {
      if (gone || !place.current) return;
      editor.current = makeEditor(place.current, files[path] ?? "", {
        label: `script ${path}`,
        change: (text) => save(path, text),
        check: async (text) =>
          /\.(md|html|txt|ya?ml|json)$/.test(path) || text.length > MOST_CHECKED
            ? []
            : ((await stage.value?.session.check(text)) ?? []),
        complete: async (line, table) =>
          (await stage.value?.session.complete(line, table)) ?? { from: line.length, offers: [] },
        faults: (found) => {
          if (!gone) faults.value = found;
        },
        run: runLab,
        runFrom,
      });
    });
    return () => {
      gone = true;
      saveNow();
      editor.current?.dispose();
      editor.current = null;
    };
  }, [now?.session, path]);

  const text = () => editor.current?.view.state.doc.toString() ?? files[path] ?? "";
  const runFrom = (line: number) => {
    saveNow();
    runPart(partFrom(text(), line), `${path} from line ${line}`);
  };
  const line = () => editor.current?.lineOfCursor() ?? 1;
  const runTo = () => {
    const to = line();
    const part = partTo(text(), to);
    saveNow();
    const lab = currentLab();
    if (!lab) return;
    changes.value = {};
    forgetProgress();
    open(lab, { main: null });
    runPart(part, `${path} up to line ${to}`);
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
        <button type="button" onClick={runLab} title="a fresh machine, the whole script (Ctrl-Enter)">
          Run anew
        </button>
        <button
          type="button"
          class="quiet"
          onClick={runTo}
          disabled={!isScript}
          title="a fresh machine, the script up to the cursor's line"
        >
          up to here
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => runFrom(line())}
          disabled={!isScript}
          title="on the lab as it is, from the cursor's line (Ctrl-Shift-Enter)"
        >
          from here
        </button>
        <Faults onGo={(to) => editor.current?.goTo(to)} />
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

/** How many mistakes there are, wherever the text is scrolled to. */
function Faults({ onGo }: { onGo: (line: number) => void }) {
  const [first, ...more] = faults.value;
  if (!first) return null;
  return (
    <button type="button" class="faults" onClick={() => onGo(first.line)} title={first.message}>
      <span aria-hidden="true">✗</span> line {first.line}
      {more.length > 0 && ` and ${more.length} more`}
    </button>
  );
}
