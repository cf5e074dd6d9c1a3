import { KernelError } from "../../base/errno.ts";
import { findProgram } from "../../machine/exec.ts";
import { lookup, readlink as readLink, realpath as realPath, resolve, tryLookup } from "../../machine/vfs.ts";
import { timeParts } from "../process/calendar.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { quoteFile, quoteIfNeeded } from "../tool/quote.ts";
import { defineTool, fail, reason, type Tool } from "../tool/tool.ts";
import { modeText, userName } from "./mode.ts";

/** The canonical path when the last part (or, with `loose`, any part) may be missing. */
function canonical(tool: Tool, path: string, mode: "all" | "but-last" | "loose"): string {
  if (mode === "all") return realPath(tool.proc, path);
  try {
    return resolve(tool.proc, path).path;
  } catch (error) {
    if (mode === "but-last" || !(error instanceof KernelError)) throw error;
    const cut = path.replace(/\/+$/, "").lastIndexOf("/");
    const base = cut < 0 ? "." : cut === 0 ? "/" : path.slice(0, cut);
    return `${canonical(tool, base, "loose").replace(/\/$/, "")}/${path.replace(/\/+$/, "").slice(cut + 1)}`;
  }
}

export const readlink = defineTool({
  names: ["readlink"],
  summary: "print where links lead",
  *main(tool) {
    const opts = getopt(tool.args, "femnqsvz", {
      canonicalize: "f",
      "canonicalize-existing": "e",
      "canonicalize-missing": "m",
      "no-newline": "n",
      quiet: "q",
      verbose: "v",
      zero: "z",
    });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    let status = 0;
    for (const path of opts.rest) {
      try {
        const text = opts.has("e")
          ? canonical(tool, path, "all")
          : opts.has("m")
            ? canonical(tool, path, "loose")
            : opts.has("f")
              ? canonical(tool, path, "but-last")
              : readLink(tool.proc, path);
        yield* tool.print(
          text + (opts.has("n") && opts.rest.length === 1 ? "" : opts.has("z") ? "\0" : "\n"),
        );
      } catch (error) {
        if (opts.has("v")) tool.warn(`${quoteIfNeeded(path)}: ${reason(error)}`);
        status = 1;
      }
    }
    return status;
  },
});

export const realpath = defineTool({
  names: ["realpath"],
  summary: "print canonical paths",
  *main(tool) {
    const opts = getopt(tool.args, "emqsz", {
      "canonicalize-existing": "e",
      "canonicalize-missing": "m",
      quiet: "q",
      "no-symlinks": "s",
      zero: "z",
    });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    let status = 0;
    for (const path of opts.rest) {
      try {
        yield* tool.print(
          `${canonical(tool, path, opts.has("e") ? "all" : opts.has("m") ? "loose" : "but-last")}${opts.has("z") ? "\0" : "\n"}`,
        );
      } catch (error) {
        if (!opts.has("q")) tool.warn(`${quoteIfNeeded(path)}: ${reason(error)}`);
        status = 1;
      }
    }
    return status;
  },
});

export const pwd = defineTool({
  names: ["pwd"],
  summary: "print the working directory",
  *main(tool) {
    getopt(tool.args, "LP");
    yield* tool.print(`${tool.proc.cwd}\n`);
    return 0;
  },
});

export const which = defineTool({
  names: ["which"],
  summary: "print where programs are",
  *main(tool) {
    const args = [...tool.args];
    let all = false;
    while (args[0]?.startsWith("-") && args[0].length > 1) {
      const option = args.shift() as string;
      if (option === "--") break;
      for (const c of option.slice(1)) {
        if (c === "a") all = true;
        else if (c !== "s") {
          tool.proc.err(`Illegal option -${c}\nUsage: ${tool.name} [-as] args\n`);
          return 2;
        }
      }
    }
    let status = args.length === 0 ? 1 : 0;
    for (const name of args) {
      const path = name.includes("/")
        ? tryLookup(tool.proc, name) && isProgram(tool, name)
          ? name
          : undefined
        : findProgram(tool.proc, name);
      if (path === undefined) {
        status = 1;
        continue;
      }
      yield* tool.print(`${path}\n`);
      if (all && !name.includes("/"))
        for (const folder of (tool.proc.env.get("PATH") ?? "").split(":")) {
          const other = `${folder}/${name}`;
          if (other !== path && isProgram(tool, other)) yield* tool.print(`${other}\n`);
        }
    }
    return status;
  },
});

function isProgram(tool: Tool, path: string): boolean {
  const inode = tryLookup(tool.proc, path);
  return inode !== undefined && inode.type !== "directory" && (inode.mode & 0o111) !== 0;
}

const KIND: Readonly<Record<string, string>> = {
  file: "regular file",
  directory: "directory",
  symlink: "symbolic link",
  fifo: "fifo",
  character: "character special file",
  socket: "socket",
};
const TYPE_BITS: Readonly<Record<string, number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  fifo: 0o010000,
  character: 0o020000,
  socket: 0o140000,
};

export const stat = defineTool({
  names: ["stat"],
  summary: "print what is known of files",
  *main(tool) {
    const opts = getopt(tool.args, "Lfc:t", {
      dereference: "L",
      "format:": "c",
      "printf:": "printf",
      terse: "t",
      "file-system": "f",
    });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    if (opts.has("f") || opts.has("t")) fail(tool, "-f and -t are not modelled by Packetwalk");
    const format = opts.get("c") ?? opts.get("printf");
    if (format === undefined)
      fail(
        tool,
        "the long form (with block counts and devices) is not modelled by Packetwalk; use -c FORMAT",
      );
    let status = 0;
    for (const path of opts.rest) {
      try {
        const inode = lookup(tool.proc, path, opts.has("L"));
        const t = timeParts(inode.mtime);
        const two = (n: number) => String(n).padStart(2, "0");
        const human = `${t.year}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${String(t.nanosecond).padStart(9, "0")} +0000`;
        const seconds = String(Math.floor(inode.mtime / 1e9));
        const values: Record<string, string> = {
          n: path,
          N:
            inode.type === "symlink"
              ? `${quoteFile(path)} -> ${quoteFile(readLink(tool.proc, path))}`
              : quoteFile(path),
          s: String(inode.size),
          a: inode.mode.toString(8),
          A: modeText(inode),
          f: (inode.mode | TYPE_BITS[inode.type]).toString(16),
          F: inode.type === "file" && inode.size === 0 ? "regular empty file" : KIND[inode.type],
          u: String(inode.uid),
          U: userName(inode.uid),
          g: String(inode.gid),
          G: userName(inode.gid),
          h: String(inode.nlink),
          i: String(inode.ino),
          y: human,
          Y: seconds,
          x: human,
          X: seconds,
          z: human,
          Z: seconds,
          "%": "%",
        };
        const text = format.replace(/%([-0]?)(\d*)(.)/g, (whole, left: string, width: string, c: string) => {
          if (values[c] === undefined) fail(tool, `%${c} is not modelled by Packetwalk`);
          return whole === "%%"
            ? "%"
            : left === "-"
              ? values[c].padEnd(Number(width))
              : values[c].padStart(Number(width || 0), left === "0" ? "0" : " ");
        });
        yield* tool.print(
          opts.has("printf") ? text.replace(/\\n/g, "\n").replace(/\\t/g, "\t") : `${text}\n`,
        );
      } catch (error) {
        tool.warn(`cannot statx ${quoteFile(path)}: ${reason(error)}`);
        status = 1;
      }
    }
    return status;
  },
});
