import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
  completionStatus,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  GutterMarker,
  gutter,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Offer, ScriptFault } from "../../link/protocol.ts";
import { namesIn, placeOf } from "./context.ts";
import { shellLanguage } from "./shell-language.ts";

const highlight = HighlightStyle.define([
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.keyword, color: "var(--code-word)", fontWeight: "600" },
  { tag: tags.function(tags.variableName), color: "var(--accent)" },
  { tag: tags.variableName, color: "var(--changed)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.typeName, color: "var(--code-verdict)", fontWeight: "600" },
  { tag: tags.className, color: "var(--code-word)" },
  { tag: tags.attributeName, color: "var(--code-option)" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--quiet)", border: "none" },
  ".cm-run .cm-gutterElement": { width: "14px", cursor: "pointer", color: "var(--accent)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 2px 0 4px" },
  ".cm-completionDetail": { color: "var(--quiet)", fontStyle: "normal", marginLeft: "1.2em" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mono)",
    fontSize: "12px",
    maxHeight: "15em",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 9px" },
  ".cm-activeLine": { backgroundColor: "var(--hover)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  ".cm-tooltip": {
    backgroundColor: "var(--panel)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-lint-marker-error": {
    content: "none",
    width: "7px",
    height: "7px",
    margin: "5px 3px",
    borderRadius: "50%",
    backgroundColor: "var(--died)",
  },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--died)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--term-selection) !important",
  },
});

/** The last word that is written so far, for names that no parser offers. */
const WORD = /[^\s;&|()<>"'=]*$/;

/** Completion from the project's own parsers and from what the text itself names. */
const source =
  (ask: Helpers["complete"]) =>
  async (context: CompletionContext): Promise<CompletionResult | null> => {
    const text = context.state.doc.toString();
    const { line, above, table } = placeOf(text, context.pos);
    const word = WORD.exec(line)?.[0] ?? "";
    // Unasked it helps with a word that was begun, or with what must follow an option.
    const awaited = /\s(-[ADIPjtmpiogN]|dev|netns|exec|master|--\w[\w-]*)\s$/.test(line);
    if (!context.explicit && word === "" && !awaited) return null;
    if (/(^|\s)#/.test(line)) return null;
    const { from, offers } = await ask(line, table);
    const start = Math.min(from, line.length - word.length);
    const typed = line.slice(start);
    const own = namesIn(text, line).filter((name) => name.startsWith(word));
    const known = new Set(offers.map((o) => o.label));
    const options: Completion[] = [
      ...offers.map(
        ({ label, detail }): Completion => ({
          label,
          type: label.startsWith("-") ? "property" : /^[A-Z][A-Z_0-9]+$/.test(label) ? "constant" : "keyword",
          ...(detail === undefined ? {} : { detail }),
        }),
      ),
      ...own
        .filter((name) => !known.has(name))
        .map((name): Completion => ({ label: name, type: "variable", detail: "of this file", boost: 1 })),
    ];
    if (options.length === 0 || (options.length === 1 && options[0].label === typed)) return null;
    // What was typed above the cursor's line cannot be replaced from here.
    return start < above ? null : { from: context.pos - typed.length, options, filter: false };
  };

/** What the editor asks of the page. */
export interface Helpers {
  readonly change: (text: string) => void;
  readonly check: (text: string) => Promise<readonly ScriptFault[]>;
  readonly complete: (
    line: string,
    table: string | null,
  ) => Promise<{ readonly from: number; readonly offers: readonly Offer[] }>;
  /** What the last check found. */
  readonly faults: (faults: readonly ScriptFault[]) => void;
  readonly run: () => void;
  readonly runFrom: (line: number) => void;
  readonly label: string;
}

/** Beside the cursor's line: a mark that runs the script from there. */
class RunMark extends GutterMarker {
  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.className = "run-mark";
    mark.title = "run from this line, on the lab as it is (Ctrl-Shift-Enter)";
    mark.textContent = "▸";
    return mark;
  }
}

function runGutter(run: (line: number) => void): Extension {
  const mark = new RunMark();
  return gutter({
    class: "cm-run",
    lineMarker: (view, line) =>
      line.from === view.state.doc.lineAt(view.state.selection.main.head).from ? mark : null,
    lineMarkerChange: (update) => update.selectionSet || update.docChanged,
    initialSpacer: () => mark,
    domEventHandlers: {
      mousedown: (view, line) => {
        run(view.state.doc.lineAt(line.from).number);
        return true;
      },
    },
  });
}

export interface CodeEditor {
  readonly view: EditorView;
  /** Another text in the same place; its history begins anew. */
  load(text: string): void;
  lineOfCursor(): number;
  /** Puts the cursor on a line and brings it in sight. */
  goTo(line: number): void;
  dispose(): void;
}

export function makeEditor(parent: HTMLElement, text: string, on: Helpers): CodeEditor {
  const lint = linter(
    async (view): Promise<Diagnostic[]> => {
      const { doc } = view.state;
      const faults = await on.check(doc.toString());
      on.faults(faults);
      return faults.map(({ line, message }) => {
        const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
        const indent = at.text.length - at.text.trimStart().length;
        return { from: at.from + indent, to: at.to, severity: "error", message };
      });
    },
    { delay: 350 },
  );
  const state = (doc: string) =>
    EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        runGutter(on.runFrom),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        autocompletion({ override: [source(on.complete)], activateOnTypingDelay: 60, icons: false }),
        shellLanguage,
        syntaxHighlighting(highlight),
        lint,
        theme,
        EditorView.contentAttributes.of({ "aria-label": on.label, tabindex: "0" }),
        keymap.of([
          {
            key: "Mod-Enter",
            run: () => {
              on.run();
              return true;
            },
          },
          {
            key: "Mod-Shift-Enter",
            run: (view) => {
              on.runFrom(view.state.doc.lineAt(view.state.selection.main.head).number);
              return true;
            },
          },
          // With a list open Tab takes from it; elsewhere it goes on to the next part of the page.
          {
            key: "Tab",
            run: (view) => completionStatus(view.state) === "active" && acceptCompletion(view),
          },
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) on.change(update.state.doc.toString());
        }),
      ],
    });
  const view = new EditorView({ parent, state: state(text) });
  return {
    view,
    load: (doc) => view.setState(state(doc)),
    lineOfCursor: () => view.state.doc.lineAt(view.state.selection.main.head).number,
    goTo: (line) => {
      const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
      view.dispatch({
        selection: { anchor: at.from },
        effects: EditorView.scrollIntoView(at.from, { y: "center" }),
      });
      view.focus();
    },
    dispose: () => view.destroy(),
  };
}
