import type { WalkStep } from "../../../walk/event.ts";
import type { NoRoute } from "./drops.ts";
import { isProgram, type ShellCommand, words } from "./script-trace.ts";
import { isSimple, partsOf, type TypedLine } from "./terminal-trace.ts";

/** A command in the foreground, or one of those on a line that was typed. */
interface Running {
  readonly shell: number;
  readonly command: number;
  readonly pid: number;
  /** The namespace that its words name, and the program there. */
  readonly ns: string;
  readonly program: string;
  readonly argv: readonly string[];
  /** On a terminal. */
  readonly typed?: true;
}

type Emit = (ns: string, step: WalkStep) => void;

/** Which commands of the lab run: numbers them, tells their beginnings and ends. */
export class Commands {
  private readonly emit: Emit;
  /** Functions of the script: no programs. */
  private readonly functions: ReadonlySet<string>;
  /** The text of a script's file, undefined where it cannot be read. */
  private readonly read: (file: string) => string | undefined;
  private readonly sources = new Map<string, string[]>();
  private count = 0;
  private running: Running[] = [];
  private inBackground: { command: number; pid: number }[] = [];

  constructor(script: string, read: (file: string) => string | undefined, emit: Emit) {
    this.emit = emit;
    this.read = read;
    this.functions = new Set(
      [...script.matchAll(/^\s*(?:function\s+([\w-]+)|([\w-]+)\s*\(\s*\))/gm)].map((m) => m[1] ?? m[2]),
    );
  }

  /** A script's shell runs a command. */
  begin(command: ShellCommand): void {
    if (!isProgram(command.text, this.functions)) return;
    const background = command.pid !== command.shell && this.isBackground(command);
    const argv = words(command.text);
    const id = ++this.count;
    this.emit("host", {
      kind: "command",
      command: id,
      text: command.text,
      argv,
      file: command.file,
      line: command.line,
      pid: command.pid,
      ...(background ? { background } : {}),
    });
    if (background) this.inBackground.push({ command: id, pid: command.pid });
    else this.running.push({ shell: command.shell, command: id, pid: command.pid, argv, ...placeOf(argv) });
  }

  /** A line of a terminal is about to run. */
  typed({ shell, ns, text }: TypedLine): void {
    const command = ++this.count;
    const background = /(^|[^&])&$/.test(text);
    this.emit(ns, {
      kind: "command",
      command,
      text: background ? text.replace(/\s*&$/, "") : text,
      ...(isSimple(text) ? { argv: words(text.replace(/&$/, "")) } : {}),
      pid: shell,
      ...(background ? { background } : {}),
    });
    for (const part of partsOf(text)) {
      const argv = words(part);
      const place = placeOf(argv);
      this.running.push({
        shell,
        command,
        pid: shell,
        argv,
        typed: true,
        ...place,
        ns: place.ns === "host" ? ns : place.ns,
      });
    }
  }

  /** What this shell ran in the foreground has ended; undefined: all shells; "scripts": all but those on terminals. */
  end(shell: number | undefined | "scripts", status: number): void {
    const ended = new Set<number>();
    for (const running of this.running) {
      if (shell === "scripts" ? running.typed : shell !== undefined && running.shell !== shell) continue;
      if (!ended.has(running.command))
        this.emit("host", { kind: "command-end", command: running.command, pid: running.pid, status });
      ended.add(running.command);
    }
    this.running = this.running.filter((running) => !ended.has(running.command));
  }

  /** Tells what has ended in the background. */
  async endBackground(isAlive: (pid: number) => Promise<boolean>): Promise<void> {
    for (const background of this.inBackground.splice(0)) {
      if (await isAlive(background.pid)) this.inBackground.push(background);
      else this.emit("host", { kind: "command-end", ...background, status: 0 });
    }
  }

  /**
   * Sends that found no route: the kernel names the program, the command says where it runs. The reverse path
   * check asks the table in the same way, maybe while that program runs: only what the command names is told.
   */
  refused(noRoutes: readonly NoRoute[]): void {
    const told = new Set<string>();
    for (const { process, dst } of noRoutes) {
      const running = this.running.find(
        ({ program, argv }) => program === process && argv.some((word) => word.includes(dst)),
      );
      if (!running || told.has(dst)) continue;
      told.add(dst);
      this.emit(running.ns, { kind: "refused", dst, errno: "ENETUNREACH", why: "no-route", process });
    }
  }

  /** Whether the command stands before an "&" in its file: other forks are parts of pipelines and "$(…)". */
  private isBackground({ file, line }: ShellCommand): boolean {
    let lines = this.sources.get(file);
    if (!lines) {
      lines = this.read(file)?.split("\n") ?? [];
      this.sources.set(file, lines);
    }
    let text = lines[line - 1] ?? "";
    for (let i = line; text.endsWith("\\") && i < lines.length; i++) text = text.slice(0, -1) + lines[i];
    return /(^|[^&>|])&\s*(#.*|\)|;|done|$)/.test(text.replaceAll("&&", ""));
  }
}

/** "sudo ip netns exec boxA ping -c 1 …": ping in boxA. */
function placeOf(argv: readonly string[]): { ns: string; program: string } {
  const start = argv[0] === "sudo" ? 1 : 0;
  const enters =
    argv[start] === "ip" && /^net/.test(argv[start + 1] ?? "") && /^e/.test(argv[start + 2] ?? "");
  const program = argv[enters ? start + 4 : start] ?? "";
  return { ns: enters ? argv[start + 3] : "host", program: program.slice(program.lastIndexOf("/") + 1) };
}
