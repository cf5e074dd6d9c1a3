import { FitAddon } from "@xterm/addon-fit";
import { type ITheme, Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import type { TerminalSize } from "../../engine/engine.ts";
import { onTheme } from "../part/theme.ts";

/** What is seen of a terminal. */
export interface Screen {
  readonly size: TerminalSize;
  /** `done` is called when it has been drawn. */
  write(data: string, done?: () => void): void;
  focus(): void;
  fit(): TerminalSize | undefined;
  text(): string;
  onceEnter(then: () => void): void;
  dispose(): void;
}

const css = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function theme(): ITheme {
  return {
    background: css("--term-bg"),
    foreground: css("--term-text"),
    cursor: css("--accent"),
    cursorAccent: css("--term-bg"),
    selectionBackground: css("--term-selection"),
    red: css("--died"),
    green: css("--good"),
    yellow: css("--changed"),
    blue: css("--accent"),
  };
}

/** `onSight` is called when the terminal has come in sight: it may have another size there. */
export function makeScreen(
  element: HTMLElement,
  ns: string,
  onKeys: (data: string) => void,
  onSight: () => void,
): Screen {
  const terminal = new Terminal({
    fontFamily: css("--mono"),
    fontSize: 12.5,
    lineHeight: 1.2,
    theme: theme(),
    cursorBlink: false,
    cursorInactiveStyle: "outline",
    scrollback: 5000,
    screenReaderMode: true,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  terminal.textarea?.setAttribute("aria-label", `terminal of ${ns}`);
  fit.fit();
  // Out of sight xterm draws nothing, and a size that it is given there it may give its rows too late, over a newer
  // one: the last lines would then have no row. This observer is younger than xterm's own, so it hears after it.
  let inSight = true;
  const sight = new IntersectionObserver((entries) => {
    const before = inSight;
    inSight = entries[entries.length - 1].isIntersecting;
    if (inSight && !before) onSight();
  });
  sight.observe(element);
  let enter: (() => void) | null = null;
  terminal.onData((data) => {
    if (enter && data === "\r") {
      const then = enter;
      enter = null;
      then();
    } else onKeys(data);
  });
  // Escape twice would be needed to leave a terminal by keyboard: F6 goes on to the next part of the page.
  terminal.attachCustomKeyEventHandler((e) => e.key !== "F6");
  const stop = onTheme(() => (terminal.options.theme = theme()));
  const size = (): TerminalSize => ({
    columns: Math.max(20, terminal.cols),
    rows: Math.max(4, terminal.rows),
  });
  return {
    get size() {
      return size();
    },
    write: (data, done) => terminal.write(data, done),
    focus: () => terminal.focus(),
    fit: () => {
      const before = size();
      if (!inSight || element.offsetParent === null) return undefined;
      fit.fit();
      const after = size();
      return after.columns === before.columns && after.rows === before.rows ? undefined : after;
    },
    text: () => {
      const buffer = terminal.buffer.active;
      return Array.from({ length: buffer.length }, (_, i) => buffer.getLine(i)?.translateToString(true) ?? "")
        .join("\n")
        .trimEnd();
    },
    onceEnter: (then) => (enter = then),
    dispose: () => {
      stop();
      sight.disconnect();
      terminal.dispose();
    },
  };
}
