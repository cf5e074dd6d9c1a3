import { useEffect, useRef } from "preact/hooks";
import { PanelClose } from "../part/panel-close.tsx";
import { stage, topology } from "../state/page.ts";
import { HOST } from "../state/topology.ts";
import {
  activeTerminal,
  hideTerminal,
  keepTerminals,
  shownTerminals,
  showTerminal,
  terminalOf,
} from "./terminals.ts";

/** More boxes than this are a list to choose from, not tabs. */
const MANY = 14;

function go(ns: string, beside = false): void {
  void showTerminal(ns, beside)?.ready.then(() => terminalOf(ns)?.focus());
}

/** A tab for each box and one for the host; terminals in sight stand side by side. */
export function Terminals() {
  const boxes = topology.value?.boxes.map((b) => b.ns);
  useEffect(() => {
    if (boxes) keepTerminals(boxes);
  }, [boxes?.join(" ")]);
  const names = boxes ?? [HOST];
  const ordered = [...names.filter((n) => n !== HOST), HOST];
  const shown = shownTerminals.value;
  return (
    <section class="panel terminals" aria-label="Terminals">
      <header>
        {ordered.length > MANY ? (
          <select
            aria-label="Terminal of"
            class="mono"
            value={activeTerminal.value}
            onChange={(e) => go(e.currentTarget.value)}
          >
            {ordered.map((ns) => (
              <option key={ns}>{ns}</option>
            ))}
          </select>
        ) : (
          <div class="tabs" role="tablist" aria-label="Terminals">
            {ordered.map((ns) => (
              <button
                key={ns}
                type="button"
                role="tab"
                class="mono"
                aria-selected={shown.includes(ns)}
                tabIndex={ns === activeTerminal.value ? 0 : -1}
                onKeyDown={(e) => tabKeys(e, ordered, ns)}
                onClick={(e) => go(ns, e.ctrlKey || e.metaKey)}
              >
                {ns}
              </button>
            ))}
          </div>
        )}
        <span class="tools">
          <button
            type="button"
            class="quiet"
            title="another terminal beside this one (or Ctrl-click on a tab)"
            disabled={shown.length >= Math.min(3, ordered.length)}
            onClick={() => {
              const next = ordered.find((ns) => !shown.includes(ns));
              if (next) showTerminal(next, true);
            }}
          >
            side by side
          </button>
          <PanelClose place="terminals" />
        </span>
      </header>
      <div class="panes">
        {shown.map((ns) => (
          <Pane key={ns} ns={ns} closable={shown.length > 1} />
        ))}
      </div>
    </section>
  );
}

function tabKeys(
  e: KeyboardEvent & { currentTarget: HTMLElement },
  all: readonly string[],
  ns: string,
): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!by) return;
  e.preventDefault();
  const next = all[(all.indexOf(ns) + by + all.length) % all.length];
  showTerminal(next);
  const tabs = e.currentTarget.parentElement?.querySelectorAll<HTMLElement>("[role=tab]");
  tabs?.[all.indexOf(next)]?.focus();
}

function Pane({ ns, closable }: { ns: string; closable: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const session = stage.value?.session;
  useEffect(() => {
    const terminal = terminalOf(ns);
    const el = place.current;
    if (!terminal || !el) return;
    el.append(terminal.element);
    const observer = new ResizeObserver(() => terminal.fit());
    observer.observe(el);
    return () => {
      observer.disconnect();
      terminal.element.remove();
    };
  }, [ns, session]);
  return (
    <div
      class={`pane${activeTerminal.value === ns && closable ? " active" : ""}`}
      data-ns={ns}
      onFocusCapture={() => (activeTerminal.value = ns)}
    >
      {closable && (
        <p class="pane-head mono">
          {ns}
          <button
            type="button"
            class="quiet"
            aria-label={`hide the terminal of ${ns}`}
            onClick={() => hideTerminal(ns)}
          >
            ×
          </button>
        </p>
      )}
      <div ref={place} class="pane-body" />
    </div>
  );
}
