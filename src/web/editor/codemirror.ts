import { autocompletion, type CompletionContext, completeAnyWord } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { ScriptFault } from "../../link/protocol.ts";
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
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--died)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--term-selection) !important",
  },
});

const OPTIONS =
  "ip netns add exec link set up addr route add default via dev iptables -t nat filter mangle raw -A -I -D -P -N -F -S INPUT OUTPUT FORWARD PREROUTING POSTROUTING -j ACCEPT DROP REJECT SNAT DNAT MASQUERADE LOG RETURN --to-source --to-destination -m conntrack --ctstate ESTABLISHED,RELATED -p tcp udp icmp --dport --sport -i -o -s -d sysctl -w net.ipv4.ip_forward=1 ping -c 1".split(
    " ",
  );

function words(context: CompletionContext) {
  const word = context.matchBefore(/[\w.-]+/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  return {
    from: word.from,
    options: [...new Set(OPTIONS)].map((label) => ({ label, type: "keyword" })),
    validFor: /^[\w.-]*$/,
  };
}

export interface CodeEditor {
  readonly view: EditorView;
  /** Another text in the same place; its history begins anew. */
  load(text: string): void;
  lineOfCursor(): number;
  dispose(): void;
}

export function makeEditor(
  parent: HTMLElement,
  text: string,
  on: {
    change: (text: string) => void;
    check: (text: string) => Promise<readonly ScriptFault[]>;
    run: () => void;
    label: string;
  },
): CodeEditor {
  const lint = linter(
    async (view): Promise<Diagnostic[]> => {
      const { doc } = view.state;
      const faults = await on.check(doc.toString());
      return faults.map(({ line, message }) => {
        const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
        return { from: at.from, to: at.to, severity: "error", message };
      });
    },
    { delay: 350 },
  );
  const state = (doc: string) =>
    EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        autocompletion({ override: [words, completeAnyWord] }),
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
    dispose: () => view.destroy(),
  };
}
