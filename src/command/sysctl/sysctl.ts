import { KernelError } from "../../base/errno.ts";
import { compileRegex } from "../../base/regexp/posix.ts";
import { concat, text } from "../../base/text.ts";
import { Exit, type Process, type Program, type Running } from "../../machine/process.ts";
import { readText } from "../../machine/vfs.ts";
import { SYSCTL_HELP } from "./help.ts";
import { ProcSys } from "./tree.ts";

interface Options {
  all: boolean;
  deprecated: boolean;
  write: boolean;
  ignore: boolean;
  quiet: boolean;
  names: boolean;
  values: boolean;
  newline: boolean;
  dryRun: boolean;
  load: boolean;
  system: boolean;
  loadFile: string | undefined;
  pattern: RegExp | undefined;
}

/** One "key = value" of a file or of the command line. */
interface Setting {
  readonly path: string;
  readonly value: string;
  /** "-key = value" in a file: a failure is not counted. */
  readonly mayFail: boolean;
}

const LONG = [
  "all",
  "deprecated",
  "dry-run",
  "binary",
  "ignore",
  "names",
  "values",
  "load",
  "system",
  "pattern",
  "quiet",
  "write",
  "help",
  "version",
] as const;

const SHORT: Record<string, (typeof LONG)[number] | "nothing"> = {
  a: "all",
  A: "all",
  X: "all",
  b: "binary",
  e: "ignore",
  N: "names",
  n: "values",
  p: "load",
  f: "load",
  r: "pattern",
  q: "quiet",
  w: "write",
  o: "nothing",
  x: "nothing",
  h: "help",
  d: "help",
  V: "version",
};

/** What a listing leaves out unless --deprecated asks for it. */
const DEPRECATED = new Set(["base_reachable_time", "retrans_time"]);

const SEARCH_TRY = "Try `sysctl --help' for more information.\n";

class Sysctl {
  private readonly proc: Process;
  private readonly tree: ProcSys;
  readonly options: Options = {
    all: false,
    deprecated: false,
    write: false,
    ignore: false,
    quiet: false,
    names: false,
    values: false,
    newline: true,
    dryRun: false,
    load: false,
    system: false,
    loadFile: undefined,
    pattern: undefined,
  };

  constructor(proc: Process) {
    this.proc = proc;
    this.tree = new ProcSys(proc);
  }

  private warn(message: string): void {
    this.proc.err(`sysctl: ${message}\n`);
  }

  /** getopt_long: options anywhere, long ones abbreviated. Gives the operands. */
  parse(argv: readonly string[]): string[] {
    const operands: string[] = [];
    const bad = (message: string): never => {
      this.warn(message);
      this.proc.err(SYSCTL_HELP);
      throw new Exit(0);
    };
    for (let i = 1; i < argv.length; i++) {
      const word = argv[i];
      if (word === "--") {
        operands.push(...argv.slice(i + 1));
        break;
      }
      if (word.startsWith("--")) {
        const equals = word.indexOf("=");
        const name = word.slice(2, equals < 0 ? undefined : equals);
        const found = LONG.filter((l) => l === name || l.startsWith(name));
        const exact = LONG.find((l) => l === name) ?? (found.length === 1 ? found[0] : undefined);
        if (!exact) {
          if (found.length > 1) {
            bad(`option '${word}' is ambiguous; possibilities: ${found.map((l) => `'--${l}'`).join(" ")}`);
          }
          bad(`unrecognized option '${word}'`);
          break;
        }
        let value = equals < 0 ? undefined : word.slice(equals + 1);
        if (exact === "pattern" && value === undefined) {
          value = argv[++i];
          if (value === undefined) bad("option '--pattern' requires an argument");
        }
        this.option(exact, value);
      } else if (word.startsWith("-") && word !== "-") {
        for (let j = 1; j < word.length; j++) {
          const option = SHORT[word[j]];
          if (!option) {
            bad(`invalid option -- '${word[j]}'`);
            break;
          }
          if (option === "pattern") {
            let value: string | undefined = word.slice(j + 1);
            if (value === "") value = argv[++i];
            if (value === undefined) bad("option requires an argument -- 'r'");
            this.option(option, value);
            break;
          }
          if (option !== "nothing") this.option(option, undefined);
        }
      } else operands.push(word);
    }
    return operands;
  }

  private option(name: (typeof LONG)[number], value: string | undefined): void {
    const o = this.options;
    if (name === "help") {
      this.proc.out(SYSCTL_HELP);
      throw new Exit(0);
    }
    if (name === "version") {
      this.proc.out("sysctl from procps-ng 4.0.2\n");
      throw new Exit(0);
    }
    if (name === "all") o.all = true;
    else if (name === "deprecated") o.deprecated = true;
    else if (name === "dry-run") o.dryRun = true;
    else if (name === "binary") {
      o.values = true;
      o.newline = false;
    } else if (name === "ignore") o.ignore = true;
    else if (name === "names") o.names = true;
    else if (name === "values") o.values = true;
    else if (name === "load") {
      o.load = true;
      if (value !== undefined) o.loadFile = value;
    } else if (name === "system") o.system = true;
    else if (name === "pattern") o.pattern = compileRegex(value ?? "", "extended");
    else if (name === "quiet") o.quiet = true;
    else if (name === "write") o.write = true;
  }

  private matches(path: string): boolean {
    return this.options.pattern?.test(ProcSys.dotted(path)) ?? true;
  }

  private show(path: string, value: string): void {
    const o = this.options;
    const name = ProcSys.dotted(path);
    if (o.names) this.proc.out(`${name}\n`);
    else if (o.values) this.proc.out(o.newline ? `${value}\n` : value);
    else for (const line of value.split("\n")) this.proc.out(`${name} = ${line}\n`);
  }

  /** Reads one name: a value, or all values of a folder. */
  read(key: string): number {
    const path = ProcSys.path(key).replace(/\/+$/, "");
    const kind = this.tree.kind(path);
    if (kind === undefined) {
      if (this.options.ignore) return 0;
      this.warn(`cannot stat /proc/sys/${path}: No such file or directory`);
      return 1;
    }
    return kind === "folder" ? this.walk(path) : this.readValue(path);
  }

  private readValue(path: string): number {
    if (!this.matches(path)) return 0;
    if ((this.tree.mode(path) & 0o400) === 0) return 0;
    if (this.options.names) {
      this.show(path, "");
      return 0;
    }
    try {
      this.show(path, this.tree.read(path));
      return 0;
    } catch (error) {
      this.warn(`reading key "${ProcSys.dotted(path)}": ${ProcSys.reason(error)}`);
      return 1;
    }
  }

  walk(path: string): number {
    let status = 0;
    for (const name of this.tree.children(path)) {
      const child = path === "" ? name : `${path}/${name}`;
      if (this.tree.kind(child) === "folder") status |= this.walk(child);
      else if (DEPRECATED.has(name) && !this.options.deprecated) continue;
      else status |= this.readValue(child);
    }
    return status;
  }

  /** parse_setting_line; undefined for a blank line or a comment, null after a complaint. */
  setting(line: string, where: string, number: number): Setting | null | undefined {
    let words = line.trim();
    // procps takes a line of one character for an empty one.
    if (words.length < 2 || words.startsWith("#") || words.startsWith(";")) return undefined;
    let mayFail = false;
    const equals = words.indexOf("=");
    if (words.startsWith("-") && where !== "command line") {
      mayFail = true;
      words = words.slice(1);
    }
    if (equals < 0) {
      if (mayFail) return undefined;
      this.warn(`${where}(${number}): invalid syntax, continuing...`);
      return null;
    }
    const at = words.indexOf("=");
    const key = words.slice(0, at).trim();
    const value = words.slice(at + 1).trim();
    if (key === "") {
      this.warn(`${where}(${number}): invalid syntax, continuing...`);
      return null;
    }
    return { path: ProcSys.path(key), value, mayFail };
  }

  apply(setting: Setting): number {
    const { path, value, mayFail } = setting;
    const o = this.options;
    if (!this.matches(path)) return 0;
    const name = ProcSys.dotted(path);
    if (this.tree.kind(path) === undefined) {
      if (o.ignore) return 0;
      this.warn(`cannot stat /proc/sys/${path}: No such file or directory`);
      return 1;
    }
    if (this.tree.kind(path) === "folder") {
      this.warn(`setting key "${name}": Is a directory`);
      return mayFail ? 0 : 1;
    }
    if ((this.tree.mode(path) & 0o200) === 0) {
      // procps finds the key unwritable and reports errno as it stands.
      this.warn(`setting key "${name}": Invalid argument`);
      return 0;
    }
    if (!o.dryRun) {
      try {
        this.tree.write(path, value);
      } catch (error) {
        const reason = ProcSys.reason(error);
        if (o.ignore && error instanceof KernelError && error.code === "ENOENT") return 0;
        this.warn(`setting key "${name}"${mayFail ? ", ignoring" : ""}: ${reason}`);
        return mayFail ? 0 : 1;
      }
    }
    if (o.quiet) return 0;
    if (o.names) this.proc.out(`${name}\n`);
    else if (o.values) this.proc.out(o.newline ? `${value}\n` : value);
    else this.proc.out(`${name} = ${value}\n`);
    return 0;
  }

  *load(file: string): Running {
    let content: string;
    if (file === "-") {
      const parts: Uint8Array[] = [];
      for (;;) {
        const data = yield* this.proc.read(0);
        if (data.length === 0) break;
        parts.push(data);
      }
      content = parts.length === 0 ? "" : text(concat(parts));
    } else {
      try {
        content = readText(this.proc, file);
      } catch (error) {
        this.warn(`cannot open "${file}": ${ProcSys.reason(error)}`);
        return 1;
      }
    }
    const settings: Setting[] = [];
    content.split("\n").forEach((line, i) => {
      const setting = this.setting(line, file, i + 1);
      if (setting) settings.push(setting);
    });
    let status = 0;
    for (const setting of settings) status |= this.apply(setting);
    return status;
  }
}

export const sysctl: Program = function* (proc): Running {
  const run = new Sysctl(proc);
  try {
    const operands = run.parse(proc.argv);
    const o = run.options;
    if (proc.argv.length < 2) {
      proc.err(SYSCTL_HELP);
      return 1;
    }
    if (o.system) {
      proc.err("sysctl: --system: not modelled in this simulation.\n");
      return 1;
    }
    if (o.all) return run.walk("");
    if (o.load) {
      const files = o.loadFile === undefined ? operands : [o.loadFile, ...operands];
      let status = 0;
      for (const file of files.length > 0 ? files : ["/etc/sysctl.conf"]) status |= yield* run.load(file);
      return status;
    }
    if (operands.length === 0) {
      proc.err(`sysctl: no variables specified\n${SEARCH_TRY}`);
      return 1;
    }
    let status = 0;
    for (const word of operands) {
      if (!o.write && !word.includes("=")) {
        status |= run.read(word);
        continue;
      }
      const setting = run.setting(word, "command line", 0);
      if (setting) status |= run.apply(setting);
      else if (setting === null) status = 1;
    }
    return status;
  } catch (error) {
    if (error instanceof Exit) return error.status;
    throw error;
  }
};

/** Tab: the next part of a key. */
export function completeSysctl(words: readonly string[], proc: Process): readonly string[] {
  const last = words[words.length - 1] ?? "";
  if (last.startsWith("-")) return ["-a", "-n", "-p", "-q", "-w"].filter((o) => o.startsWith(last));
  const tree = new ProcSys(proc);
  const dot = last.lastIndexOf(".");
  const folder = dot < 0 ? "" : ProcSys.path(`${last.slice(0, dot)}.`).replace(/\/$/, "");
  if (tree.kind(folder) !== "folder" && folder !== "") return [];
  return tree
    .children(folder)
    .map((name) => {
      const path = folder === "" ? name : `${folder}/${name}`;
      return ProcSys.dotted(path) + (tree.kind(path) === "folder" ? "." : "");
    })
    .filter((key) => key.startsWith(last));
}
