import { concat } from "../../base/text.ts";
import { eachInput } from "../tool/files.ts";
import { getopt } from "../tool/getopt.ts";
import { readToEnd } from "../tool/input.ts";
import { parseSize } from "../tool/number.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail } from "../tool/tool.ts";

export const head = defineTool({
  names: ["head"],
  summary: "print the first lines of files",
  writeError: { text: "error writing 'standard output': %s" },
  *main(tool) {
    // The obsolete "-5" is "-n 5".
    const args = tool.args.map((a, i) => (i === 0 && /^-\d+$/.test(a) ? `-n${a.slice(1)}` : a));
    const opts = getopt(args, "c:n:qvz", {
      "bytes:": "c",
      "lines:": "n",
      quiet: "q",
      silent: "q",
      verbose: "v",
      "zero-terminated": "z",
    });
    let unit: "lines" | "bytes" = "lines";
    let count = 10;
    let butLast = false;
    for (const [key, value] of opts.options) {
      if (key !== "c" && key !== "n") continue;
      unit = key === "c" ? "bytes" : "lines";
      butLast = value.startsWith("-");
      const size = parseSize(butLast ? value.slice(1) : value);
      if (size === undefined) fail(tool, `invalid number of ${unit}: ${quote(value)}`);
      count = size;
    }
    const delimiter = opts.has("z") ? 0 : 10;
    const headers = opts.has("v") || (opts.rest.length > 1 && !opts.has("q"));
    let first = true;
    return yield* eachInput(
      tool,
      opts.rest,
      function* (fd, path) {
        if (headers)
          yield* tool.print(`${first ? "" : "\n"}==> ${path === "-" ? "standard input" : path} <==\n`);
        first = false;
        if (butLast) {
          const all = yield* readToEnd(tool.proc, fd);
          yield* tool.out.printBytes(
            all.subarray(
              0,
              unit === "bytes" ? Math.max(0, all.length - count) : lastLines(all, count, delimiter),
            ),
          );
          return;
        }
        let left = count;
        while (left > 0) {
          const data = yield* tool.proc.read(fd, unit === "bytes" ? Math.min(left, 65536) : 1024);
          if (data.length === 0) return;
          if (unit === "bytes") {
            left -= data.length;
            yield* tool.out.printBytes(data.slice());
            continue;
          }
          let end = 0;
          while (end < data.length && left > 0) if (data[end++] === delimiter) left--;
          yield* tool.out.printBytes(data.slice(0, end));
        }
      },
      (path, why) =>
        why === "Is a directory"
          ? `error reading '${path}': ${why}`
          : `cannot open '${path}' for reading: ${why}`,
    );
  },
});

/** Offset where the last `count` lines of `data` begin. */
function lastLines(data: Uint8Array, count: number, delimiter: number): number {
  if (count === 0) return data.length;
  let seen = 0;
  let at = data.length;
  if (at > 0 && data[at - 1] === delimiter) at--;
  while (at > 0) {
    if (data[at - 1] === delimiter && ++seen === count) return at;
    at--;
  }
  return 0;
}

export const tail = defineTool({
  names: ["tail"],
  summary: "print the last lines of files",
  writeError: { text: "error writing 'standard output': %s" },
  *main(tool) {
    const args = tool.args.map((a, i) =>
      i > 0 ? a : /^-\d+$/.test(a) ? `-n${a.slice(1)}` : /^\+\d+$/.test(a) ? `-n${a}` : a,
    );
    const opts = getopt(args, "c:n:fFqvzs:", {
      "bytes:": "c",
      "lines:": "n",
      "follow::": "f",
      quiet: "q",
      silent: "q",
      verbose: "v",
      retry: "retry",
      "pid:": "pid",
      "sleep-interval:": "s",
      "zero-terminated": "z",
    });
    let unit: "lines" | "bytes" = "lines";
    let count = 10;
    let fromStart = false;
    for (const [key, value] of opts.options) {
      if (key !== "c" && key !== "n") continue;
      unit = key === "c" ? "bytes" : "lines";
      fromStart = value.startsWith("+");
      const size = parseSize(/^[+-]/.test(value) ? value.slice(1) : value);
      if (size === undefined) fail(tool, `invalid number of ${unit}: ${quote(value)}`);
      count = size;
    }
    const follow = opts.has("f") || opts.has("F");
    const delimiter = opts.has("z") ? 0 : 10;
    const headers = opts.has("v") || (opts.rest.length > 1 && !opts.has("q"));
    const followed: number[] = [];
    let first = true;
    const status = yield* eachInput(
      tool,
      opts.rest,
      function* (fd, path) {
        if (headers)
          yield* tool.print(`${first ? "" : "\n"}==> ${path === "-" ? "standard input" : path} <==\n`);
        first = false;
        if (fromStart) {
          let skip = Math.max(0, count - 1);
          for (;;) {
            const data = yield* tool.proc.read(fd);
            if (data.length === 0) break;
            let at = 0;
            if (unit === "bytes") {
              at = Math.min(skip, data.length);
              skip -= at;
            } else while (at < data.length && skip > 0) if (data[at++] === delimiter) skip--;
            yield* tool.out.printBytes(data.slice(at));
          }
        } else {
          // Only as much is kept as may still be printed.
          let kept: Uint8Array[] = [];
          let size = 0;
          for (;;) {
            const data = yield* tool.proc.read(fd);
            if (data.length === 0) break;
            kept.push(data.slice());
            size += data.length;
            if (kept.length > 64) {
              const all = concat(kept);
              kept = [
                all.slice(unit === "bytes" ? Math.max(0, size - count) : lastLines(all, count, delimiter)),
              ];
              size = kept[0].length;
            }
          }
          const all = kept.length === 0 ? new Uint8Array(0) : concat(kept);
          yield* tool.out.printBytes(
            all.subarray(
              unit === "bytes" ? Math.max(0, all.length - count) : lastLines(all, count, delimiter),
            ),
          );
        }
        if (follow) {
          // A pipe's end is final; a file may grow.
          if (tool.proc.fd(fd).kind !== "pipe") followed.push(tool.proc.addFd(tool.proc.fd(fd), 10));
        }
      },
      (path, why) =>
        why === "Is a directory"
          ? `error reading '${path}': ${why}`
          : `cannot open '${path}' for reading: ${why}`,
    );
    if (!follow || followed.length === 0) return status;
    tool.out.buffering("none");
    for (;;) {
      yield* tool.out.flush();
      let grew = false;
      for (const fd of followed) {
        const data = tool.proc.fd(fd).read(65536);
        if (typeof data === "symbol" || data.length === 0) continue;
        grew = true;
        yield* tool.out.printBytes(data.slice());
      }
      // inotify wakes the real one at once; one look a tenth of a second is near enough in virtual time.
      if (!grew) yield* tool.proc.sleep(100_000_000);
    }
  },
});
