import { KernelError } from "../../base/errno.ts";
import { text } from "../../base/text.ts";
import type { Process, Running } from "../../machine/process.ts";
import { open, readdir, tryLookup } from "../../machine/vfs.ts";
import { readToEnd } from "./input.ts";
import { quoteIfNeeded } from "./quote.ts";
import { reason, type Tool } from "./tool.ts";

/** Opens an operand for reading; "-" is standard input. Gives the descriptor. Throws KernelError. */
export function openInput(proc: Process, path: string): number {
  if (path === "-") return 0;
  const file = open(proc, path);
  if (file.inode?.type === "directory" || file.kind === "directory") throw new KernelError("EISDIR");
  return proc.addFd(file);
}

/** Opens a file for writing, making it if need be. */
export function openOutput(proc: Process, path: string, how: { append?: boolean } = {}): number {
  return proc.addFd(
    open(proc, path, { write: true, create: true, append: how.append, truncate: !how.append }),
  );
}

/** Runs `each` for every operand (standard input when there is none); says what cannot be read, and goes on. */
export function* eachInput(
  tool: Tool,
  paths: readonly string[],
  each: (fd: number, path: string) => Running<void>,
  message: (path: string, why: string) => string = (path, why) => `${quoteIfNeeded(path)}: ${why}`,
): Running {
  let status = 0;
  for (const path of paths.length > 0 ? paths : ["-"]) {
    let fd = -1;
    try {
      fd = openInput(tool.proc, path);
      yield* each(fd, path);
    } catch (error) {
      yield* tool.out.flush();
      tool.warn(message(path, reason(error)));
      status = 1;
    } finally {
      if (fd > 2 && tool.proc.fds.has(fd)) tool.proc.closeFd(fd);
    }
  }
  return status;
}

export function* readTextFile(proc: Process, path: string): Running<string> {
  const fd = openInput(proc, path);
  const data = yield* readToEnd(proc, fd);
  if (fd !== 0) proc.closeFd(fd);
  return text(data);
}

/** Replaces a file's content. */
export function* writeWhole(proc: Process, path: string, content: string): Running<void> {
  const fd = openOutput(proc, path);
  yield* proc.write(fd, content);
  proc.closeFd(fd);
}

export function isDirectory(proc: Process, path: string): boolean {
  return tryLookup(proc, path)?.type === "directory";
}

/** Names in a directory, sorted, without "." and "..". */
export function listDirectory(proc: Process, path: string): string[] {
  return readdir(proc, path)
    .filter((n) => n !== "." && n !== "..")
    .sort();
}
