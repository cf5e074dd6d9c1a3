import type { Random } from "../base/random.ts";
import { utf8 } from "../base/text.ts";
import type { Machine } from "../machine/machine.ts";
import { type Process, type Running, shellStatus } from "../machine/process.ts";
import type { Signal } from "../machine/signal.ts";
import { tryLookup } from "../machine/vfs.ts";
import { type ArithmeticHost, evaluate } from "./arithmetic.ts";
import { forget } from "./dash/dash.ts";
import { inDashWords } from "./dash/words.ts";
import { defineDynamic } from "./dynamic.ts";
import { textOf } from "./expand.ts";
import { Fault } from "./fault.ts";
import { Jobs } from "./jobs.ts";
import { defaultOptions, OPTIONS, type Options, SHOPTS } from "./options.ts";
import type { Ast } from "./parse.ts";
import { lineOf, makeSource, type Source } from "./parse.ts";
import { expandPrompt } from "./prompt.ts";
import { runText } from "./source.ts";
import { Indexed, Variable, Variables } from "./variables.ts";

export interface ShellFunction {
  readonly name: string;
  readonly body: Ast.Function["body"];
  readonly source: Source;
  readonly line: number;
  exported: boolean;
}

/** A running function, sourced file or script. */
export interface Frame {
  /** "main", "source" or the function's name. */
  readonly name: string;
  readonly file: string;
  /** The line that called it. */
  readonly callLine: number;
  readonly positional: string[];
}

/** One bash: its variables, functions, options, traps and jobs. The evaluator's functions act on it. */
export class Shell implements ArithmeticHost {
  readonly proc: Process;
  readonly machine: Machine;
  vars = new Variables();
  options: Options = defaultOptions();
  private shopts = new Map<string, boolean>(Object.entries(SHOPTS));
  functions = new Map<string, ShellFunction>();
  aliases = new Map<string, string>();
  /** It is the /bin/sh of Debian, not bash. */
  dash = false;
  /** How often it has complained: whether a builtin did. */
  complaints = 0;
  /** "eval: " within eval, for dash's messages. */
  during = "";
  positional: string[] = [];
  arg0 = "bash";
  status = 0;
  /** The status of the last command substitution, for commands that are only assignments. */
  substitutionStatus = 0;
  pipeStatus: string[] = ["0"];
  /** $$: stays that of the first shell in subshells. */
  shellPid: number;
  lastBackground = 0;
  jobs = new Jobs();
  /** Trapped signals and EXIT, ERR, DEBUG, RETURN; "" ignores. */
  traps = new Map<string, string>();
  /** Signals that came and have not been acted on. */
  pending: Signal[] = [];
  /** Waiting for a foreground child: traps run after it. */
  waitingForChild = false;
  frames: Frame[] = [];
  source: Source = makeSource("", "bash");
  pos = 0;
  interactive = false;
  /** Within a condition, where set -e has no say. */
  ignoring = 0;
  /** break, continue or return on its way out. */
  jump: { kind: "break" | "continue" | "return"; count: number } | null = null;
  loopDepth = 0;
  /** Outputs of substitutions during one expansion (expand.ts). */
  memo: Map<object, string> | null = null;
  /** Their statuses. */
  memoStatus = new WeakMap<object, number>();
  /** Depth of $(…), eval and source, for PS4. */
  traceDepth = 1;
  subshellDepth = 0;
  background = false;
  observing = true;
  /** Inside $(…): its commands' output is a word of another command. */
  substituting = false;
  dirStack: string[] = [];
  history: string[] = [];
  hashed = new Map<string, string>();
  /** Where getopts stands within an argument. */
  optionAt = 0;
  /** Descriptors of process substitutions, closed after the command. */
  processFds: number[] = [];
  running = false;
  /** "-c", "eval" …: what stands between the shell's name and "line" in messages of syntax errors. */
  inTrap = false;
  /** Builtins done since the last wait of any kind: the budget of endless loops. */
  busy = 0;
  executionString: string | undefined;
  readsStdin = false;
  readonly random: Random;
  secondsBase: number;

  constructor(proc: Process, parent?: Shell) {
    proc.hearsOutputErrors = true;
    this.proc = proc;
    this.machine = proc.machine;
    this.shellPid = parent?.shellPid ?? proc.pid;
    this.secondsBase = parent?.secondsBase ?? proc.machine.now;
    this.random = parent ? parent.random.fork("subshell") : proc.machine.random.fork("RANDOM");
    if (parent) this.copyFrom(parent);
    else this.importEnvironment();
    defineDynamic(this);
    if (this.dash) forget(this);
  }

  private copyFrom(parent: Shell): void {
    this.vars = parent.vars.clone();
    this.options = { ...parent.options };
    this.dash = parent.dash;
    this.during = parent.during;
    for (const name of parent.disabled) this.disabled.add(name);
    this.shopts = new Map(parent.shopts);
    this.functions = new Map(parent.functions);
    this.aliases = new Map(parent.aliases);
    this.positional = parent.positional;
    this.arg0 = parent.arg0;
    this.status = parent.status;
    this.pipeStatus = parent.pipeStatus;
    this.lastBackground = parent.lastBackground;
    this.frames = [...parent.frames];
    this.source = parent.source;
    this.pos = parent.pos;
    this.ignoring = parent.ignoring;
    this.loopDepth = parent.loopDepth;
    this.traceDepth = parent.traceDepth;
    this.subshellDepth = parent.subshellDepth + 1;
    this.background = parent.background;
    this.observing = parent.observing;
    this.substituting = parent.substituting;
    this.errFrames = parent.errFrames;
    this.dirStack = [...parent.dirStack];
    this.history = parent.history;
    this.optionAt = parent.optionAt;
    this.executionString = parent.executionString;
    // Ignored signals stay ignored; traps are the parent's own, but `trap` shows them till one is set.
    for (const [name, action] of parent.traps) if (action === "") this.traps.set(name, action);
    if (parent.options.errtrace && parent.traps.has("ERR"))
      this.traps.set("ERR", parent.traps.get("ERR") as string);
  }

  private importEnvironment(): void {
    for (const [name, value] of this.proc.env) {
      const fn = /^BASH_FUNC_(.+)%%$/.exec(name);
      if (fn || !/^[A-Za-z_]\w*$/.test(name)) continue;
      const v = new Variable(value);
      v.exported = true;
      this.vars.globals.set(name, v);
    }
    const initial = (name: string, value: string, exported = false) => {
      if (this.vars.globals.has(name)) return;
      const v = new Variable(value);
      v.exported = exported;
      this.vars.globals.set(name, v);
    };
    const always = (name: string, value: string) => this.vars.globals.set(name, new Variable(value));
    initial("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    always("IFS", " \t\n");
    initial("PS4", "+ ");
    always("OPTIND", "1");
    always("OPTERR", "1");
    always("BASH", "/bin/bash");
    always("BASH_VERSION", "5.2.15(1)-release");
    always("HOSTNAME", this.machine.hostname);
    always("HOSTTYPE", "x86_64");
    always("MACHTYPE", "x86_64-pc-linux-gnu");
    always("OSTYPE", "linux-gnu");
    initial("TERM", "dumb");
    const level = new Variable(String(Number(this.proc.env.get("SHLVL") ?? 0) + 1));
    level.exported = true;
    this.vars.globals.set("SHLVL", level);
    const pwd = this.proc.env.get("PWD");
    const same = pwd?.startsWith("/") && tryLookup(this.proc, pwd) === tryLookup(this.proc, this.proc.cwd);
    const cwd = new Variable(same ? (pwd as string) : this.proc.cwd);
    cwd.exported = true;
    this.vars.globals.set("PWD", cwd);
    const oldpwd = this.vars.globals.get("OLDPWD") ?? new Variable();
    oldpwd.exported = true;
    this.vars.globals.set("OLDPWD", oldpwd);
    const versions = new Variable();
    versions.indexed = new Indexed(
      ["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"].map((v, i) => [i, v]),
    );
    versions.readonly = true;
    this.vars.globals.set("BASH_VERSINFO", versions);
    for (const name of ["EUID", "UID", "PPID"]) {
      const v = new Variable(name === "PPID" ? String(this.proc.parent?.pid ?? 0) : String(this.proc.uid));
      v.readonly = true;
      v.integer = true;
      this.vars.globals.set(name, v);
    }
  }

  currentCommand = "";
  lastArgument = "";
  /** Statuses of the members of the last foreground pipeline. */
  lastStatuses: number[] = [];
  /** Statements run here are the script's own, in no function or compound command. */
  topLevel = false;
  /** Frames that the ERR trap is heard in: those of the shell that set it. */
  errFrames = 1;
  /** The simple command that runs now: what the walk shows for `command NAME`. */
  currentNode: { readonly pos: number; readonly end: number } = { pos: 0, end: 0 };
  exiting = false;
  readonly disabled = new Set<string>();
  readonly expandingAliases = new Set<string>();

  /** Runs a command whose first word is an alias: the words are put in its place and read anew. */
  *runAlias(sh: Shell, cmd: Ast.Command, alias: string): Running {
    const name = cmd.name as Ast.Word;
    const whole = sh.source.text.slice(cmd.pos, cmd.end);
    const at = name.pos - cmd.pos;
    const replaced = whole.slice(0, at) + alias + whole.slice(at + (name.end - name.pos));
    sh.expandingAliases.add(name.text);
    try {
      return yield* runText(sh, replaced, sh.source.file, sh.line, "alias");
    } finally {
      sh.expandingAliases.delete(name.text);
    }
  }

  /** Signals that an interactive shell ignores for itself alone. */
  get ownSignals(): Signal[] {
    if (!this.interactive) return [];
    return (["TSTP", "TTIN", "TTOU", "TERM"] as Signal[]).filter((s) => this.traps.get(s) !== "");
  }

  /** The engine's main shell: the one whose commands the time limit is about. */
  get isMain(): boolean {
    return this.machine.mainPid === this.proc.pid;
  }

  // ── the walk's commands ──────────────────────────────────────────────────────────────────────────────

  /** A program is about to start: gives it a number that its process carries, and tells the walk. */
  beginCommand(
    node: { readonly pos: number; readonly end: number },
    background: boolean,
    argv?: readonly string[],
  ): number {
    const { machine, proc } = this;
    if (!this.observing || (machine.walk === null && machine.observer === null)) return 0;
    const text = this.source.text.slice(node.pos, node.end);
    const file = this.source.file;
    const line = lineOf(this.source, node.pos);
    const command =
      machine.observer?.onCommand(text, file, line, proc.pid, background) ?? machine.nextCommand();
    machine.walk?.emit(proc.net.name, {
      kind: "command",
      command,
      text,
      file,
      line,
      pid: proc.pid,
      ...(argv ? { argv: [...argv] } : {}),
      ...(background ? { background } : {}),
      ...(this.substituting ? { substitution: true } : {}),
    });
    return command;
  }

  endCommand(command: number, pid: number, status: number): void {
    if (command === 0) return;
    this.machine.observer?.onCommandEnd(command, pid, status);
    this.machine.walk?.emit(this.proc.net.name, { kind: "command-end", command, pid, status });
  }

  /** A pipeline's command ends with its last process. */
  endCommandWhenDone(command: number, processes: readonly Process[]): void {
    const last = processes[processes.length - 1];
    last.exited.add(() => {
      if (last.exit) this.endCommand(command, last.pid, shellStatus(last.exit));
    });
  }

  // ── set -x ───────────────────────────────────────────────────────────────────────────────────────────

  trace(line: string): void {
    const { options } = this;
    options.xtrace = false;
    const ps4 = expandPrompt(this, this.get("PS4") ?? "+ ");
    options.xtrace = true;
    const first = ps4.slice(0, 1);
    const text = `${first.repeat(this.dash ? 1 : this.traceDepth)}${ps4.slice(1)}${line}\n`;
    const file = this.dash ? undefined : this.proc.fds.get(Number(this.get("BASH_XTRACEFD") ?? Number.NaN));
    if (file) file.write(utf8(text));
    else this.proc.err(text);
  }

  // ── where we are ─────────────────────────────────────────────────────────────────────────────────────

  get line(): number {
    return lineOf(this.source, this.pos);
  }

  /** "FILE: line N: ", or "bash: " at a prompt. */
  get prefix(): string {
    if (this.dash) return `${this.source.file}: ${this.line}: ${this.during}`;
    if (this.interactive) return `${this.arg0.slice(this.arg0.lastIndexOf("/") + 1)}: `;
    return `${this.source.file}: line ${this.line}: `;
  }

  complain(message: string): void {
    this.complaints++;
    if (!this.dash) {
      this.proc.err(`${this.prefix}${message}\n`);
      return;
    }
    const words = inDashWords(message);
    this.proc.err(`${words.startsWith("trap: ") ? "" : this.prefix}${words}\n`);
  }

  // ── options ──────────────────────────────────────────────────────────────────────────────────────────

  shopt(name: string): boolean {
    return this.shopts.get(name) ?? false;
  }

  setShopt(name: string, value: boolean): boolean {
    if (!this.shopts.has(name)) return false;
    this.shopts.set(name, value);
    return true;
  }

  shoptNames(): string[] {
    return [...this.shopts.keys()].sort();
  }

  /** $- */
  optionLetters(): string {
    let letters = "";
    if (this.dash) {
      for (const [name, letter] of OPTIONS)
        if (letter !== "" && !"hB".includes(letter) && this.options[name]) letters += letter;
      return letters;
    }
    for (const letter of "abefhkmnptuvxBCEHPT") {
      const found = OPTIONS.find(([, l]) => l === letter);
      if (found && this.options[found[0]]) letters += letter;
    }
    if (this.interactive) letters = letters.replace(/(?=[k-zA-Z])|$/, "i");
    if (this.executionString !== undefined) letters += "c";
    if (this.readsStdin) letters += "s";
    return letters;
  }

  // ── variables ────────────────────────────────────────────────────────────────────────────────────────

  get ifs(): string {
    return this.vars.find("IFS")?.value ?? " \t\n";
  }

  get ifsUnset(): boolean {
    return this.vars.find("IFS")?.value === undefined;
  }

  get(name: string): string | undefined {
    return this.vars.get(name)?.scalar;
  }

  element(name: string, index: string): string | undefined {
    const variable = this.vars.get(name);
    if (variable?.assoc) return variable.assoc.get(this.key(index));
    if (index === "@" || index === "*") return variable?.values().join(" ");
    const at = this.indexOf(name, index, variable);
    if (!variable) return undefined;
    if (variable.indexed) return variable.indexed.get(at);
    return at === 0 ? variable.value : undefined;
  }

  private key(raw: string): string {
    return /["'$`\\]/.test(raw) ? textOf(this, raw, "word") : raw;
  }

  /** The number that a subscript means; a negative one counts from the end. */
  private indexOf(name: string, raw: string, variable: Variable | undefined): number {
    const expanded = /["'$`\\]/.test(raw) ? textOf(this, raw, "double") : raw;
    if (expanded.trim() === "") throw new Fault(`${name}[${raw}]: bad array subscript`);
    const at = Number(evaluate(expanded, this));
    if (at >= 0) return at;
    const top = variable?.indexed ? variable.indexed.next : variable?.value === undefined ? 0 : 1;
    if (at + top < 0) throw new Fault(`${name}[${raw}]: bad array subscript`);
    return at + top;
  }

  set(name: string, value: string): void {
    this.assign(name, undefined, value, false);
  }

  /** name=value, name[index]=value, with += when `append`. */
  assign(name: string, index: string | undefined, value: string, append: boolean): void {
    const dynamic = this.vars.dynamic.get(name);
    if (dynamic && this.vars.scopes.every((s) => !s.has(name))) {
      dynamic.set?.(value);
      return;
    }
    const target = this.vars.target(name);
    const element = /^(\w+)\[(.*)\]$/.exec(target);
    if (element && index === undefined) {
      this.assign(element[1], element[2], value, append);
      return;
    }
    this.assignTo(this.vars.make(target), target, index, value, append);
  }

  /** The same, to a variable in hand (`local`, `declare`). */
  assignTo(v: Variable, name: string, index: string | undefined, value: string, append: boolean): void {
    if (v.readonly) throw new Fault(`${name}: readonly variable`);
    if (this.options.allexport) v.exported = true;
    if (v.nameref && index === undefined && v.value === undefined) {
      v.value = value;
      return;
    }
    const put = (old: string | undefined): string => {
      let made: string;
      if (v.integer) {
        const n = evaluate(value, this);
        made = String(append ? evaluate(old ?? "0", this) + n : n);
      } else made = append ? (old ?? "") + value : value;
      if (v.lower) made = made.toLowerCase();
      if (v.upper) made = made.toUpperCase();
      return made;
    };
    if (index === undefined) {
      if (v.assoc) v.assoc.set("0", put(v.assoc.get("0")));
      else if (v.indexed) v.indexed.set(0, put(v.indexed.get(0)));
      else v.value = put(v.value);
    } else if (v.assoc) {
      const key = this.key(index);
      if (key === "") throw new Fault(`${name}[${index}]: bad array subscript`);
      v.assoc.set(key, put(v.assoc.get(key)));
    } else {
      const at = this.indexOf(name, index, v);
      const items = v.toIndexed();
      items.set(at, put(items.get(at)));
    }
    if (name === "OPTIND") this.optionAt = 0;
    if (name === "PATH") this.hashed.clear();
  }

  arithmeticValue(text: string): bigint {
    return evaluate(text, this);
  }

  /** Whether a path can be run. */
  executable(path: string): boolean {
    const inode = tryLookup(this.proc, path);
    return inode !== undefined && inode.type !== "directory" && (inode.mode & 0o111) !== 0;
  }

  readVariable(name: string, index: string | undefined): string | undefined {
    const value = index === undefined ? this.get(name) : this.element(name, index);
    if (value === undefined && this.options.nounset)
      throw new Fault(`${name}${index === undefined ? "" : `[${index}]`}: unbound variable`, true);
    return value;
  }

  writeVariable(name: string, index: string | undefined, value: bigint): void {
    this.assign(name, index, value.toString(), false);
  }
}
