import { HOME } from "../home.ts";
import { COMMANDS, GATE } from "./script-trace.ts";

/** What a terminal whose prompt is held prints when its last command's output is over: an operating system command of ours. */
export const MARK = "\x1b]packetwalk\x07";
const MARK_AS_PRINTF = "\\033]packetwalk\\007";

/** What an interactive shell on a terminal reads first (--rcfile). */
export const TERMINAL_RC = `${HOME}/terminalrc`;

/**
 * An interactive shell says each line that is typed before it runs it (PS0), and waits at the gate until the engine
 * has taken in what happened before; and it says when it is back at its prompt (PROMPT_COMMAND). Its variables and
 * options stay as a person's are.
 */
export function startTerminals(): string {
  return `cat > ${TERMINAL_RC} <<'RC'
[ ! -r ~/.bashrc ] || . ~/.bashrc
unset HISTFILE HISTCONTROL HISTIGNORE
PS0='$(c=$(HISTTIMEFORMAT= builtin history 1); echo "TYPED $$ \${PACKETWALK_NS:-host} \${c@Q}" 1<>${COMMANDS}; read -r _ <${GATE}; echo "THROUGH $$" 1<>${COMMANDS})'
PS0=\${PS0/'\${PACKETWALK_NS:-host}'/\${PACKETWALK_NS:-host}}
unset PACKETWALK_NS
PROMPT_COMMAND='echo "PROMPT $$ $? \${!:-0}" 1<>${COMMANDS}'
# Whoever shows the walk below each command has the prompt wait for it, and looks for the mark behind what the command printed.
[ -z "$PACKETWALK_HOLDS" ] || PROMPT_COMMAND='echo "PROMPT $$ $? \${!:-0} holds" 1<>${COMMANDS}; printf "${MARK_AS_PRINTF}"; read -r _ <${GATE}; echo "THROUGH $$" 1<>${COMMANDS}'
unset PACKETWALK_HOLDS
RC
`;
}

/** A line that was typed in a terminal and is about to run. */
export interface TypedLine {
  readonly shell: number;
  readonly ns: string;
  readonly text: string;
}

export function parseTyped(line: string): TypedLine | undefined {
  const m = /^TYPED (\d+) (\S+) (.*)$/.exec(line);
  if (!m) return undefined;
  // history(1) numbers its lines; bash quotes the whole: '  12  ping -c 1 10.0.0.1', or $'…' with escapes.
  return {
    shell: Number(m[1]),
    ns: m[2],
    text: unquote(m[3])
      .replace(/^\s*\d+\*?\s+/, "")
      .trim(),
  };
}

/** A terminal's shell is at its prompt: the status of what it ran, and its last process in the background. */
export interface Prompt {
  readonly shell: number;
  readonly status: number;
  readonly background: number;
  /** It waits at the gate. */
  readonly holds: boolean;
}

export function parsePrompt(line: string): Prompt | undefined {
  const m = /^PROMPT (\d+) (\d+) (\d+)( holds)?$/.exec(line);
  if (!m) return undefined;
  const [shell, status, background] = [m[1], m[2], m[3]].map(Number);
  return { shell, status, background, holds: m[4] !== undefined };
}

export function parseThrough(line: string): number | undefined {
  const m = /^THROUGH (\d+)$/.exec(line);
  return m ? Number(m[1]) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  "'": "'",
  "\\": "\\",
  E: "\x1b",
  a: "\x07",
};

/** Undoes the quoting of \${x@Q}. */
function unquote(quoted: string): string {
  if (quoted.startsWith("$'"))
    return quoted.slice(2, -1).replace(/\\(.)/gs, (all, letter: string) => ESCAPES[letter] ?? all);
  return quoted.slice(1, -1).replaceAll("'\\''", "'");
}

/** The simple commands of a line, roughly: what stands between ; | & and new lines. */
export function partsOf(text: string): string[] {
  return text
    .split(/[;|&\n]+/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Whether a line is one simple command, whose words are what it says. */
export const isSimple = (text: string): boolean =>
  !/[;|&\n<>(){}$`*?[\]~!#\\'"]/.test(text.replace(/&\s*$/, ""));
