import { KernelError } from "../../base/errno.ts";
import type { Process } from "../../machine/process.ts";
import {
  chmod,
  lookup,
  mkdir,
  open,
  readBytes,
  readdir,
  readlink,
  rename,
  symlink,
  tryLookup,
  unlink,
} from "../../machine/vfs.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { quoteFile } from "../tool/quote.ts";
import { defineTool, fail, reason, type Tool } from "../tool/tool.ts";

function copyFile(proc: Process, from: string, to: string, preserve: boolean): void {
  const source = lookup(proc, from);
  const bytes = readBytes(proc, from);
  const file = open(proc, to, { write: true, create: true, truncate: true, mode: source.mode & 0o777 });
  file.hold();
  try {
    file.write(bytes);
  } finally {
    file.release();
  }
  if (preserve) {
    chmod(proc, to, source.mode);
    lookup(proc, to).mtime = source.mtime;
  }
}

const leaf = (path: string) => path.replace(/\/+$/, "").split("/").pop() as string;

/** Sources and where each goes; cp's and mv's common rules for the last operand. */
function destinations(
  tool: Tool,
  rest: readonly string[],
  targetDirectory: string | undefined,
  plain: boolean,
): [string, string][] {
  if (rest.length === 0) throw new UsageError("missing file operand");
  if (targetDirectory !== undefined) {
    if (tryLookup(tool.proc, targetDirectory)?.type !== "directory")
      fail(tool, `target directory ${quoteFile(targetDirectory)}: No such file or directory`);
    return rest.map((s) => [s, `${targetDirectory.replace(/\/$/, "")}/${leaf(s)}`]);
  }
  if (rest.length === 1) throw new UsageError(`missing destination file operand after ${quoteFile(rest[0])}`);
  const last = rest[rest.length - 1];
  const inode = tryLookup(tool.proc, last);
  if (inode?.type === "directory" && !plain)
    return rest.slice(0, -1).map((s) => [s, `${last.replace(/\/$/, "")}/${leaf(s)}`]);
  if (rest.length > 2)
    fail(tool, `target ${quoteFile(last)}: ${inode ? "Not a directory" : "No such file or directory"}`);
  return [[rest[0], last]];
}

export const cp = defineTool({
  names: ["cp"],
  summary: "copy files",
  *main(tool) {
    const opts = getopt(tool.args, "adfHiLlnpPrRst:TuvxZ", {
      archive: "a",
      force: "f",
      "no-clobber": "n",
      recursive: "r",
      verbose: "v",
      "target-directory:": "t",
      "no-target-directory": "T",
      "preserve::": "p",
      update: "u",
      dereference: "L",
      "no-dereference": "P",
    });
    const { proc } = tool;
    const recursive = opts.has("r") || opts.has("R") || opts.has("a");
    const keepLinks = (recursive && !opts.has("L")) || opts.has("P") || opts.has("d");
    const preserve = opts.has("p") || opts.has("a");
    let status = 0;
    const lines: string[] = [];
    const copy = (from: string, to: string): void => {
      let inode = lookup(proc, from, false);
      if (inode.type === "symlink" && !keepLinks) inode = lookup(proc, from);
      const target = tryLookup(proc, to);
      if (inode.type === "directory") {
        if (!recursive) {
          tool.warn(`-r not specified; omitting directory ${quoteFile(from)}`);
          status = 1;
          return;
        }
        if (!target) {
          mkdir(proc, to, inode.mode);
          if (opts.has("v")) lines.push(`${quoteFile(from)} -> ${quoteFile(to)}\n`);
        } else if (target.type !== "directory") {
          tool.warn(`cannot overwrite non-directory ${quoteFile(to)} with directory ${quoteFile(from)}`);
          status = 1;
          return;
        }
        for (const name of readdir(proc, from).sort())
          if (name !== "." && name !== "..") one(`${from.replace(/\/$/, "")}/${name}`, `${to}/${name}`);
        return;
      }
      if (target && opts.has("n")) return;
      if (target?.type === "directory") {
        tool.warn(`cannot overwrite directory ${quoteFile(to)} with non-directory`);
        status = 1;
        return;
      }
      if (target === inode) {
        tool.warn(`${quoteFile(from)} and ${quoteFile(to)} are the same file`);
        status = 1;
        return;
      }
      try {
        if (inode.type === "symlink") {
          if (target) unlink(proc, to);
          symlink(proc, readlink(proc, from), to);
        } else copyFile(proc, from, to, preserve);
      } catch (error) {
        tool.warn(
          `cannot create ${inode.type === "symlink" ? "symbolic link" : "regular file"} ${quoteFile(to)}: ${reason(error)}`,
        );
        status = 1;
        return;
      }
      if (opts.has("v")) lines.push(`${quoteFile(from)} -> ${quoteFile(to)}\n`);
    };
    const one = (from: string, to: string): void => {
      try {
        copy(from, to);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        tool.warn(`cannot stat ${quoteFile(from)}: ${error.message}`);
        status = 1;
      }
    };
    for (const [from, to] of destinations(tool, opts.rest, opts.get("t"), opts.has("T"))) {
      one(from, to);
      for (const line of lines.splice(0)) yield* tool.print(line);
    }
    return status;
  },
});

export const mv = defineTool({
  names: ["mv"],
  summary: "move files",
  *main(tool) {
    const opts = getopt(tool.args, "fint:TuvZ", {
      force: "f",
      "no-clobber": "n",
      "target-directory:": "t",
      "no-target-directory": "T",
      verbose: "v",
    });
    const { proc } = tool;
    let status = 0;
    for (const [from, to] of destinations(tool, opts.rest, opts.get("t"), opts.has("T"))) {
      try {
        lookup(proc, from, false);
      } catch (error) {
        tool.warn(`cannot stat ${quoteFile(from)}: ${reason(error)}`);
        status = 1;
        continue;
      }
      try {
        if (opts.has("n") && tryLookup(proc, to, false)) continue;
        if (lookup(proc, from, false) === tryLookup(proc, to, false)) {
          tool.warn(`${quoteFile(from)} and ${quoteFile(to)} are the same file`);
          status = 1;
          continue;
        }
        rename(proc, from, to);
        if (opts.has("v")) yield* tool.print(`renamed ${quoteFile(from)} -> ${quoteFile(to)}\n`);
      } catch (error) {
        if (error instanceof KernelError && error.code === "EINVAL")
          tool.warn(`cannot move ${quoteFile(from)} to a subdirectory of itself, ${quoteFile(to)}`);
        else tool.warn(`cannot move ${quoteFile(from)} to ${quoteFile(to)}: ${reason(error)}`);
        status = 1;
      }
    }
    return status;
  },
});
