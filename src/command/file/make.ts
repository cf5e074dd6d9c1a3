import { KernelError } from "../../base/errno.ts";
import {
  link,
  lookup,
  mkdir as makeDirectory,
  mkfifo as makeFifo,
  open,
  readdir,
  rmdir as removeDirectory,
  chmod as setMode,
  chown as setOwner,
  symlink,
  tryLookup,
  unlink,
} from "../../machine/vfs.ts";
import { parseDate } from "../process/calendar.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { quote, quoteFile } from "../tool/quote.ts";
import { defineTool, fail, reason } from "../tool/tool.ts";
import { applyMode, userId } from "./mode.ts";

export const mkdir = defineTool({
  names: ["mkdir"],
  summary: "make directories",
  *main(tool) {
    const opts = getopt(tool.args, "m:pvZ", { "mode:": "m", parents: "p", verbose: "v" });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    const mode = opts.get("m") === undefined ? 0o777 : applyMode(opts.get("m") as string, 0o777, true, 0);
    if (mode === undefined) fail(tool, `invalid mode ${quote(opts.get("m") as string)}`);
    let status = 0;
    for (const path of opts.rest) {
      const steps: string[] = [];
      if (opts.has("p")) {
        const parts = path.split("/");
        for (let i = 1; i < parts.length; i++)
          if (parts[i - 1] !== "") steps.push(parts.slice(0, i).join("/"));
      }
      steps.push(path);
      for (const step of steps) {
        try {
          if (opts.has("p") && tryLookup(tool.proc, step)?.type === "directory") continue;
          makeDirectory(tool.proc, step, step === path ? mode : 0o777);
          if (opts.get("m") !== undefined && step === path) setMode(tool.proc, step, mode);
          if (opts.has("v")) yield* tool.print(`mkdir: created directory ${quoteFile(step)}\n`);
        } catch (error) {
          tool.warn(`cannot create directory ${quote(step)}: ${reason(error)}`);
          status = 1;
          break;
        }
      }
    }
    return status;
  },
});

export const mkfifo = defineTool({
  names: ["mkfifo"],
  summary: "make named pipes",
  // biome-ignore lint/correctness/useYield: a program is a generator
  *main(tool) {
    const opts = getopt(tool.args, "m:", { "mode:": "m" });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    let status = 0;
    for (const path of opts.rest) {
      try {
        makeFifo(
          tool.proc,
          path,
          opts.get("m") === undefined ? 0o666 : applyMode(opts.get("m") as string, 0o666, false, 0),
        );
      } catch (error) {
        tool.warn(`cannot create fifo ${quoteFile(path)}: ${reason(error)}`);
        status = 1;
      }
    }
    return status;
  },
});

export const rmdir = defineTool({
  names: ["rmdir"],
  summary: "remove empty directories",
  *main(tool) {
    const opts = getopt(tool.args, "pv", {
      parents: "p",
      verbose: "v",
      "ignore-fail-on-non-empty": "ignore",
    });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    let status = 0;
    for (const path of opts.rest) {
      let at = path.replace(/\/+$/, "");
      for (;;) {
        try {
          if (opts.has("v")) yield* tool.print(`rmdir: removing directory, ${quoteFile(at)}\n`);
          removeDirectory(tool.proc, at);
        } catch (error) {
          if (opts.has("ignore") && error instanceof KernelError && error.code === "ENOTEMPTY") break;
          tool.warn(
            `failed to remove ${at === path.replace(/\/+$/, "") ? "" : "directory "}${quoteFile(at)}: ${reason(error)}`,
          );
          status = 1;
          break;
        }
        const cut = at.lastIndexOf("/");
        if (!opts.has("p") || cut <= 0) break;
        at = at.slice(0, cut);
      }
    }
    return status;
  },
});

export const rm = defineTool({
  names: ["rm"],
  summary: "remove files",
  *main(tool) {
    const opts = getopt(tool.args, "dfirRIv", {
      dir: "d",
      force: "f",
      recursive: "r",
      verbose: "v",
      interactive: "i",
      "no-preserve-root": "no-root",
      "preserve-root": "root",
      "one-file-system": "one",
    });
    const recursive = opts.has("r") || opts.has("R");
    if (opts.rest.length === 0) {
      if (opts.has("f")) return 0;
      throw new UsageError("missing operand");
    }
    let status = 0;
    const lines: string[] = [];
    const remove = (path: string): void => {
      const inode = tryLookup(tool.proc, path, false);
      if (inode?.type === "directory" && !path.endsWith("/.")) {
        for (const name of readdir(tool.proc, path))
          if (name !== "." && name !== "..") remove(`${path.replace(/\/+$/, "")}/${name}`);
        removeDirectory(tool.proc, path);
        if (opts.has("v")) lines.push(`removed directory ${quoteFile(path)}\n`);
      } else {
        unlink(tool.proc, path);
        if (opts.has("v")) lines.push(`removed ${quoteFile(path)}\n`);
      }
    };
    for (const path of opts.rest) {
      try {
        const inode = lookup(tool.proc, path, false);
        if (inode.type === "directory") {
          if (opts.has("d") && !recursive) {
            removeDirectory(tool.proc, path);
            continue;
          }
          if (!recursive) throw new KernelError("EISDIR");
          if (/(^|\/)\.\.?\/*$/.test(path)) {
            tool.warn(`refusing to remove '.' or '..' directory: skipping ${quoteFile(path)}`);
            status = 1;
            continue;
          }
          if (/^\/+$/.test(path) && !opts.has("no-root")) {
            tool.proc.err(
              "rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n",
            );
            status = 1;
            continue;
          }
        }
        remove(path);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (opts.has("f") && (error.code === "ENOENT" || error.code === "ENOTDIR")) continue;
        tool.warn(`cannot remove ${quoteFile(path)}: ${error.message}`);
        status = 1;
      }
      for (const line of lines.splice(0)) yield* tool.print(line);
    }
    return status;
  },
});

export const touch = defineTool({
  names: ["touch"],
  summary: "make files, or change their times",
  // biome-ignore lint/correctness/useYield: a program is a generator
  *main(tool) {
    const opts = getopt(tool.args, "acd:fhmr:t:", {
      "no-create": "c",
      "date:": "d",
      "reference:": "r",
      "no-dereference": "h",
      "time:": "time",
    });
    if (opts.rest.length === 0) throw new UsageError("missing file operand");
    const { machine } = tool.proc;
    let time = machine.epoch + machine.now;
    const date = opts.get("d");
    if (date !== undefined) {
      const parsed = parseDate(date, time);
      if (parsed === undefined) fail(tool, `invalid date format ${quote(date)}`);
      time = parsed;
    }
    const reference = opts.get("r");
    let status = 0;
    for (const path of opts.rest) {
      try {
        if (reference !== undefined) time = lookup(tool.proc, reference).mtime;
        let inode = tryLookup(tool.proc, path);
        if (!inode) {
          if (opts.has("c")) continue;
          const file = open(tool.proc, path, { write: true, create: true });
          file.hold();
          file.release();
          inode = lookup(tool.proc, path);
        }
        inode.mtime = time;
      } catch (error) {
        tool.warn(`cannot touch ${quoteFile(path)}: ${reason(error)}`);
        status = 1;
      }
    }
    return status;
  },
});

export const ln = defineTool({
  names: ["ln"],
  summary: "make links",
  *main(tool) {
    const opts = getopt(tool.args, "sfnvrTbit:L P", {
      symbolic: "s",
      force: "f",
      "no-dereference": "n",
      verbose: "v",
      relative: "r",
      "no-target-directory": "T",
      "target-directory:": "t",
    });
    if (opts.rest.length === 0) throw new UsageError("missing file operand");
    const { proc } = tool;
    let targets = [...opts.rest];
    let directory = opts.get("t");
    let name: string | undefined;
    if (directory === undefined) {
      if (targets.length === 1) directory = ".";
      else {
        const last = targets.pop() as string;
        const inode = tryLookup(proc, last, !opts.has("n"));
        if (inode?.type === "directory" && !opts.has("T")) directory = last;
        else if (targets.length > 1)
          fail(tool, `target ${quoteFile(last)}: ${inode ? "Not a directory" : "No such file or directory"}`);
        else name = last;
      }
    }
    let status = 0;
    for (const target of targets) {
      const at =
        name ??
        `${(directory as string).replace(/\/$/, "")}/${target.replace(/\/+$/, "").split("/").pop()}`.replace(
          /^\.\//,
          "",
        );
      try {
        if (opts.has("f") && tryLookup(proc, at, false)) unlink(proc, at);
        if (opts.has("s")) symlink(proc, target, at);
        else link(proc, target, at);
        if (opts.has("v"))
          yield* tool.print(`${quoteFile(at)} ${opts.has("s") ? "->" : "=>"} ${quoteFile(target)}\n`);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (opts.has("s")) tool.warn(`failed to create symbolic link ${quoteFile(at)}: ${error.message}`);
        else if (!tryLookup(proc, target, false))
          tool.warn(`failed to access ${quoteFile(target)}: ${error.message}`);
        else if (error.code === "EPERM") tool.warn(`${target}: hard link not allowed for directory`);
        else tool.warn(`failed to create hard link ${quoteFile(at)}: ${error.message}`);
        status = 1;
      }
    }
    targets = [];
    return status;
  },
});

export const chmod = defineTool({
  names: ["chmod"],
  summary: "change files' permissions",
  *main(tool) {
    // "-x" is a mode, not an option.
    const args = tool.args.map((a) => a);
    const at = args.findIndex((a) => /^-[rwxXst]+/.test(a) && !/^-R$/.test(a));
    const modeFirst = at >= 0 ? args.splice(at, 1)[0] : undefined;
    const opts = getopt(args, "Rcfv", {
      recursive: "R",
      changes: "c",
      silent: "f",
      quiet: "f",
      verbose: "v",
      "reference:": "r",
    });
    const operands = modeFirst === undefined ? [...opts.rest] : [modeFirst, ...opts.rest];
    if (operands.length === 0) throw new UsageError("missing operand");
    const spec = operands.shift() as string;
    if (operands.length === 0) throw new UsageError(`missing operand after ${quote(spec)}`);
    if (applyMode(spec, 0, false, 0) === undefined) throw new UsageError(`invalid mode: ${quote(spec)}`);
    let status = 0;
    const change = (path: string) => {
      try {
        const inode = lookup(tool.proc, path);
        setMode(
          tool.proc,
          path,
          applyMode(spec, inode.mode, inode.type === "directory", tool.proc.umask) as number,
        );
        if (opts.has("R") && inode.type === "directory")
          for (const name of readdir(tool.proc, path))
            if (name !== "." && name !== "..") change(`${path}/${name}`);
      } catch (error) {
        if (!opts.has("f")) tool.warn(`cannot access ${quoteFile(path)}: ${reason(error)}`);
        status = 1;
      }
    };
    for (const path of operands) change(path);
    return status;
  },
});

export const chown = defineTool({
  names: ["chown", "chgrp"],
  summary: "change files' owners",
  *main(tool) {
    const opts = getopt(tool.args, "Rcfhv", {
      recursive: "R",
      "no-dereference": "h",
      verbose: "v",
      silent: "f",
    });
    const operands = [...opts.rest];
    if (operands.length === 0) throw new UsageError("missing operand");
    const spec = operands.shift() as string;
    if (operands.length === 0) throw new UsageError(`missing operand after ${quote(spec)}`);
    const group = tool.name.endsWith("chgrp");
    const [user, groupName] = group ? ["", spec] : spec.split(/[:.]/);
    const uid = user === "" ? -1 : userId(user);
    const gid = groupName === undefined || groupName === "" ? -1 : userId(groupName);
    if (uid === undefined) fail(tool, `invalid user: ${quote(spec)}`);
    if (gid === undefined) fail(tool, `invalid group: ${quote(spec)}`);
    let status = 0;
    const change = (path: string) => {
      try {
        setOwner(tool.proc, path, uid, gid);
        if (opts.has("R") && lookup(tool.proc, path).type === "directory")
          for (const name of readdir(tool.proc, path))
            if (name !== "." && name !== "..") change(`${path}/${name}`);
      } catch (error) {
        tool.warn(`cannot access ${quoteFile(path)}: ${reason(error)}`);
        status = 1;
      }
    };
    for (const path of operands) change(path);
    return status;
  },
});

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

export const mktemp = defineTool({
  names: ["mktemp"],
  summary: "make a file or directory of a fresh name",
  *main(tool) {
    const opts = getopt(tool.args, "dp:qtuV", {
      directory: "d",
      "tmpdir::": "p",
      quiet: "q",
      "dry-run": "u",
      "suffix:": "suffix",
    });
    if (opts.rest.length > 1) throw new UsageError("too many templates");
    const suffix = opts.get("suffix") ?? "";
    const given = opts.rest[0];
    const template = given ?? "tmp.XXXXXXXXXX";
    const inTmp = given === undefined || opts.has("p") || opts.has("t");
    const m = /^(.*?)(X{3,})([^X/]*)$/.exec(template);
    if (!m) fail(tool, `too few X's in template ${quote(template)}`);
    const tmp = opts.get("p") || tool.proc.env.get("TMPDIR") || "/tmp";
    const random = tool.proc.machine.random;
    for (;;) {
      let middle = "";
      for (let i = 0; i < m[2].length; i++) middle += LETTERS[random.below(LETTERS.length)];
      const path = (inTmp ? `${tmp.replace(/\/$/, "")}/` : "") + m[1] + middle + m[3] + suffix;
      if (tryLookup(tool.proc, path, false)) continue;
      try {
        if (!opts.has("u")) {
          if (opts.has("d")) makeDirectory(tool.proc, path, 0o700);
          else {
            const file = open(tool.proc, path, { write: true, create: true, exclusive: true, mode: 0o600 });
            file.hold();
            file.release();
          }
        }
      } catch (error) {
        const what = (inTmp ? `${tmp}/` : "") + template;
        if (!opts.has("q"))
          tool.warn(
            `failed to create ${opts.has("d") ? "directory" : "file"} via template ${quote(what)}: ${reason(error)}`,
          );
        return 1;
      }
      yield* tool.print(`${path}\n`);
      return 0;
    }
  },
});
