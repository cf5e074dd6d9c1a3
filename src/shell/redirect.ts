import { KernelError } from "../base/errno.ts";
import { utf8 } from "../base/text.ts";
import { BytesFile, type OpenFile } from "../machine/file.ts";
import { MAX_FILES, type Running } from "../machine/process.ts";
import { open, tryLookup } from "../machine/vfs.ts";
import { fieldsOf, text, textOf } from "./expand.ts";
import { CommandFault, Fault } from "./fault.ts";
import { openConnection } from "./net-file.ts";
import { type Ast, lineOf } from "./parse.ts";
import type { Shell } from "./shell.ts";
import { driven } from "./subshell.ts";
import { parseWord } from "./word.ts";

/** What a command's descriptors become: in order, null closes. Each file is held till `release`. */
export class Redirections {
  readonly fds = new Map<number, OpenFile | null>();
  /** {name}> : descriptors that stay after the command. */
  readonly kept = new Set<number>();
  private readonly held: OpenFile[] = [];

  put(n: number, file: OpenFile | null): void {
    if (file) {
      file.hold();
      this.held.push(file);
    }
    this.fds.set(n, file);
  }

  release(): void {
    for (const file of this.held) file.release();
    this.held.length = 0;
  }
}

const FROM = { ">": 1, ">>": 1, ">|": 1, "<": 0, "<>": 0, "<&": 0, ">&": 1, "&>": 1, "&>>": 1 } as const;

/** Opens a command's redirections. A failure is a CommandFault: "FILE: No such file or directory". */
export function* openRedirections(sh: Shell, list: readonly Ast.Redirection[]): Running<Redirections> {
  const made = new Redirections();
  try {
    for (const redirect of list) yield* one(sh, redirect, made);
    return made;
  } catch (error) {
    made.release();
    throw error;
  }
}

function* one(sh: Shell, r: Ast.Redirection, made: Redirections): Running<void> {
  let n: number;
  if (r.descriptor?.type === "FileDescriptor") n = r.descriptor.value;
  else if (r.type === "Redirect") n = FROM[r.operator];
  else n = 0;
  const named = r.descriptor?.type === "FileDescriptorVariable" ? r.descriptor.name : undefined;
  const current = (fd: number): OpenFile | null | undefined =>
    made.fds.has(fd) ? made.fds.get(fd) : sh.proc.fds.get(fd);
  if (named !== undefined && !(r.type === "Redirect" && r.target?.text === "-")) {
    n = 10;
    while (current(n)) n++;
    if (n >= MAX_FILES) {
      sh.proc.err(`${sh.source.file}: redirection error: cannot duplicate fd: Too many open files\n`);
      throw new CommandFault(
        `${r.type === "Redirect" ? (r.target?.text ?? named) : named}: Too many open files`,
      );
    }
    made.kept.add(n);
    sh.set(named, String(n));
  }
  if (n >= MAX_FILES) throw new CommandFault(`${n}: Bad file descriptor`);
  if (r.type === "HereDoc") {
    const { body, delimiter } = r;
    // <<- takes the tabs at the start of each line away.
    const raw = r.operator === "<<-" ? body.text.replace(/^\t+/gm, "") : body.text;
    if (!r.closing && !sh.dash) {
      const { source } = sh;
      const last = source.firstLine + source.starts.length - (source.text.endsWith("\n") ? 2 : 1);
      const at = lineOf(source, r.pos);
      sh.proc.err(
        `${source.file}: line ${last}: warning: here-document at line ${at} delimited by end-of-file (wanted \`${delimiter?.value ?? ""}')\n`,
      );
    }
    const parts = parseWord(raw, "heredoc");
    const content = delimiter?.quoted
      ? raw
      : parts.waits
        ? yield* driven(sh, () => text(sh, parts.parts, true))
        : text(sh, parts.parts, true);
    made.put(n, new BytesFile(utf8(content)));
    return;
  }
  const target = r.target?.text ?? "";
  if (r.type === "HereString") {
    const content = yield* driven(sh, () => textOf(sh, target, "word"));
    made.put(n, new BytesFile(utf8(`${content}\n`)));
    return;
  }
  const words = yield* driven(sh, () => {
    if (sh.dash) return [textOf(sh, target, "word")];
    const out: string[] = [];
    fieldsOf(sh, parseWord(target), out);
    return out;
  });
  if (words.length !== 1) throw new CommandFault(`${target}: ambiguous redirect`);
  const word = words[0];
  let { operator } = r;
  if (operator === "<&" || operator === ">&") {
    if (word === "-") {
      if (named !== undefined) n = Number(sh.get(named));
      made.put(n, null);
      return;
    }
    const move = /^(\d+)(-?)$/.exec(word);
    if (move) {
      const file = current(Number(move[1]));
      if (!file) throw new CommandFault(`${move[1]}: Bad file descriptor`, false, sh.dash ? 2 : 1);
      made.put(n, file);
      if (move[2] === "-" && Number(move[1]) !== n) made.put(Number(move[1]), null);
      return;
    }
    if (sh.dash) throw new Fault("Syntax error: Bad fd number", true, 2);
    if (operator === "<&" || r.descriptor) throw new CommandFault(`${target}: ambiguous redirect`);
    operator = "&>";
  }
  if (word === "")
    throw sh.dash
      ? cannot(operator, word, new KernelError("ENOENT"))
      : new CommandFault(": No such file or directory");
  const fdPath =
    /^\/dev\/fd\/(\d+)$/.exec(word) ??
    { "/dev/stdin": ["", "0"], "/dev/stdout": ["", "1"], "/dev/stderr": ["", "2"] }[word];
  if (fdPath) {
    const file = current(Number(fdPath[1]));
    if (!file) throw new CommandFault(`${word}: No such file or directory`);
    made.put(n, file);
    if (operator === "&>" || operator === "&>>") made.put(2, file);
    return;
  }
  const connection = yield* openConnection(sh, word, r.pos);
  if (connection) {
    made.put(n, connection);
    if (operator === "&>" || operator === "&>>") made.put(2, connection);
    return;
  }
  const writes = operator !== "<";
  const append = operator === ">>" || operator === "&>>";
  if (
    sh.options.noclobber &&
    (operator === ">" || operator === "&>") &&
    tryLookup(sh.proc, word)?.type === "file"
  )
    throw sh.dash
      ? new CommandFault(`cannot create ${word}: File exists`, false, 2)
      : new CommandFault(`${word}: cannot overwrite existing file`);
  try {
    const file = open(sh.proc, word, {
      read: !writes || operator === "<>",
      write: writes,
      create: writes,
      append,
      truncate: writes && !append && operator !== "<>",
    });
    made.put(n, file);
    if (operator === "&>" || operator === "&>>") made.put(2, file);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw sh.dash ? cannot(operator, word, error) : new CommandFault(`${word}: ${error.message}`);
  }
}

/** Puts redirections in place in this process; the returned function takes them back, or (`keep`) lets go
 *  of what they replaced. */
export function apply(sh: Shell, made: Redirections): (keep?: boolean) => void {
  const { proc } = sh;
  const before: [number, OpenFile | undefined][] = [];
  for (const [n, file] of made.fds) {
    const old = proc.fds.get(n);
    if (!made.kept.has(n)) {
      old?.hold();
      before.push([n, old]);
    }
    if (file) proc.setFd(n, file);
    else if (old) proc.closeFd(n);
  }
  made.release();
  return (keep = false) => {
    for (const [n, old] of before.reverse()) {
      if (keep) {
        old?.release();
        continue;
      }
      if (old) {
        proc.setFd(n, old);
        old.release();
      } else if (proc.fds.has(n)) proc.closeFd(n);
    }
  };
}

/** dash's words for a file that cannot be opened (openredirect): status 2. */
function cannot(operator: string, word: string, error: KernelError): CommandFault {
  const reads = operator === "<";
  const why = error.code === "ENOENT" ? (reads ? "No such file" : "Directory nonexistent") : error.message;
  return new CommandFault(`cannot ${reads ? "open" : "create"} ${word}: ${why}`, false, 2);
}
