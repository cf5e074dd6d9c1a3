import { access, tryLookup } from "../machine/vfs.ts";
import { OPTIONS } from "./options.ts";
import type { Shell } from "./shell.ts";

/** The unary operators of test and [[: files, strings, variables, options. */
export function unaryTest(sh: Shell, op: string, operand: string): boolean {
  const { proc } = sh;
  const fd = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/.exec(operand);
  const at = () => {
    if (!fd) return operand;
    return operand;
  };
  switch (op) {
    case "-z":
      return operand === "";
    case "-n":
      return operand !== "";
    case "-a":
    case "-e":
      return tryLookup(proc, at()) !== undefined;
    case "-f":
      return tryLookup(proc, operand)?.type === "file";
    case "-d":
      return tryLookup(proc, operand)?.type === "directory";
    case "-h":
    case "-L":
      return tryLookup(proc, operand, false)?.type === "symlink";
    case "-p":
      if (fd) {
        const n = fd[1] ? Number(fd[1]) : { in: 0, out: 1, err: 2 }[fd[2] as "in" | "out" | "err"];
        return proc.fds.get(n)?.kind === "pipe";
      }
      return tryLookup(proc, operand)?.type === "fifo";
    case "-c":
      return tryLookup(proc, operand)?.type === "character";
    case "-b":
    case "-S":
      return false;
    case "-s":
      return (tryLookup(proc, operand)?.size ?? 0) > 0;
    case "-r":
      return access(proc, operand, "r");
    case "-w":
      return access(proc, operand, "w");
    case "-x":
      return access(proc, operand, "x");
    case "-u":
      return ((tryLookup(proc, operand)?.mode ?? 0) & 0o4000) !== 0;
    case "-g":
      return ((tryLookup(proc, operand)?.mode ?? 0) & 0o2000) !== 0;
    case "-k":
      return ((tryLookup(proc, operand)?.mode ?? 0) & 0o1000) !== 0;
    case "-O":
    case "-G":
      return tryLookup(proc, operand) !== undefined;
    case "-N":
      return tryLookup(proc, operand) !== undefined;
    case "-t":
      return proc.fds.get(Number(operand === "" ? 1 : operand))?.isTty ?? false;
    case "-v": {
      const element = /^(\w+)\[(.*)\]$/.exec(operand);
      if (element) {
        const v = sh.vars.get(element[1]);
        if (element[2] === "@" || element[2] === "*") return (v?.keys().length ?? 0) > 0;
        return sh.element(element[1], element[2]) !== undefined;
      }
      if (/^\d+$/.test(operand)) return Number(operand) <= sh.positional.length;
      return sh.get(operand) !== undefined;
    }
    case "-R":
      return sh.vars.find(operand)?.nameref ?? false;
    case "-o": {
      const found = OPTIONS.find(([name]) => name === operand);
      return found ? sh.options[found[0]] : false;
    }
    default:
      return false;
  }
}

export const UNARY = /^-[abcdefghkLnNoOGprsStuvwxzR]$/;
export const BINARY = /^(?:=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

export function binaryFileTest(sh: Shell, op: string, left: string, right: string): boolean {
  const a = tryLookup(sh.proc, left);
  const b = tryLookup(sh.proc, right);
  if (op === "-ef") return a !== undefined && a === b;
  if (op === "-nt") return a !== undefined && (b === undefined || a.mtime > b.mtime);
  return b !== undefined && (a === undefined || a.mtime < b.mtime);
}
