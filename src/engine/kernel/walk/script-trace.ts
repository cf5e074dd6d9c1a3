import { HOME } from "../home.ts";

/** Where shells of the script wait before each command, and where they say which it is. */
export const GATE = `${HOME}/gate`;
export const COMMANDS = `${HOME}/commands`;
export const BASH_ENV = `${HOME}/bashrc`;
/** Set for a script whose commands are told; the scripts that it starts are its own affair. */
export const MAIN = "PACKETWALK_MAIN";

/**
 * What a shell of the script reads first (BASH_ENV). Bash says each command before it runs it (set -x), on a
 * pipe of ours, so that the script's own output stays as it is. The prompt of that, PS4, says that the shell
 * waits and reads from the gate: it goes on when the engine has taken in what the command before has caused.
 * (Bash itself switches -x off while it expands PS4, and keeps $?.)
 */
export function startScript(): string {
  return `
mkfifo -m 666 ${GATE} ${COMMANDS}
cat > ${BASH_ENV} <<'RC'
exec {BASH_XTRACEFD}<>${COMMANDS}
PS4='+$?\\001$$\\001$BASHPID\\001\${BASH_SOURCE[0]}\\001$LINENO\\001$(s=$?; read -r _ _ _ p _ </proc/self/stat; echo "GATE $$ $BASH_SUBSHELL $p $s" >&$BASH_XTRACEFD; read -r _ <${GATE})'
[ -z "$${MAIN}" ] || { echo "MAIN $$" >&$BASH_XTRACEFD; unset ${MAIN}; }
set -x
RC
`;
}

/** A command that a shell is about to run. */
export interface ShellCommand {
  /** Status of the command before, in that shell. */
  readonly status: number;
  readonly shell: number;
  /** The process that runs it: another one for parts of pipelines and what runs in the background. */
  readonly pid: number;
  readonly file: string;
  readonly line: number;
  /** The words after expansion, quoted as a shell would need them. */
  readonly text: string;
}

/** A shell waits at the gate: which, whether it is the shell itself or one that it forked, and the status of its last command. */
export interface Waiting {
  readonly shell: number;
  readonly forked: boolean;
  readonly pid: number;
  readonly status: number;
}

export function parseWaiting(line: string): Waiting | undefined {
  const m = /^GATE (\d+) (\d+) (\d+) (\d+)$/.exec(line);
  return m
    ? { shell: Number(m[1]), forked: m[2] !== "1", pid: Number(m[3]), status: Number(m[4]) }
    : undefined;
}

/** A shell says that it is a script's own. */
export function parseMain(line: string): number | undefined {
  const m = /^MAIN (\d+)$/.exec(line);
  return m ? Number(m[1]) : undefined;
}

export function parseCommand(line: string): ShellCommand | undefined {
  const m = /^\++(\d+)\x01(\d+)\x01(\d+)\x01([^\x01]*)\x01(\d*)\x01(.*)$/s.exec(line);
  if (!m) return undefined;
  const [status, shell, pid] = [m[1], m[2], m[3]].map(Number);
  return { status, shell, pid, file: m[4], line: Number(m[5]), text: m[6] };
}

const BUILTINS = new Set(
  `. : [ alias bg bind break builtin caller case cd command compgen complete compopt continue declare dirs disown echo
  enable eval exec exit export false fc fg for getopts hash help history if jobs kill let local logout mapfile popd
  printf pushd pwd read readarray readonly return select set shift shopt source suspend test times trap true type
  typeset ulimit umask unalias unset until wait while [[ ((`.split(/\s+/),
);

/** Whether it is a program: not the shell's own, an assignment, or a function of the script. */
export function isProgram(text: string, functions: ReadonlySet<string>): boolean {
  const first = words(text)[0] ?? "";
  return first !== "" && !BUILTINS.has(first) && !/^\w+(\[.*\])?\+?=/.test(first) && !functions.has(first);
}

/** The words of a command as xtrace quotes them. */
export function words(text: string): string[] {
  const found: string[] = [];
  const word = /(?:'(?:[^']|'\\'')*'|\$'(?:[^'\\]|\\.)*'|\\.|[^\s'\\])+/gs;
  for (const [raw] of text.matchAll(word)) {
    found.push(
      raw.replace(
        /'([^']*)'|\\(.)/gs,
        (_, inner: string | undefined, single: string | undefined) => inner ?? single ?? "",
      ),
    );
  }
  return found;
}
