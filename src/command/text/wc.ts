import { eachInput } from "../tool/files.ts";
import { getopt } from "../tool/getopt.ts";
import { defineTool } from "../tool/tool.ts";

export const wc = defineTool({
  names: ["wc"],
  summary: "count lines, words and bytes",
  writeError: { text: "write error" },
  *main(tool) {
    const opts = getopt(tool.args, "clLmw", {
      bytes: "c",
      chars: "m",
      lines: "l",
      words: "w",
      "max-line-length": "L",
    });
    const given = opts.options.length > 0;
    const show = (key: string) => (given ? opts.has(key) : "lwc".includes(key));
    const rows: { counts: number[]; name: string }[] = [];
    const total = { l: 0, w: 0, m: 0, c: 0, L: 0 };
    let stdin = opts.rest.length === 0;
    const pick = (t: typeof total) => (["l", "w", "m", "c", "L"] as const).filter(show).map((k) => t[k]);
    const status = yield* eachInput(tool, opts.rest, function* (fd, path) {
      const n = { l: 0, w: 0, m: 0, c: 0, L: 0 };
      let inWord = false;
      let width = 0;
      for (;;) {
        const data = yield* tool.proc.read(fd);
        if (data.length === 0) break;
        n.c += data.length;
        for (const b of data) {
          if ((b & 0xc0) !== 0x80) n.m++;
          const space = b === 32 || (b >= 9 && b <= 13);
          if (space) inWord = false;
          else if (!inWord) {
            inWord = true;
            n.w++;
          }
          if (b === 10) {
            n.l++;
            n.L = Math.max(n.L, width);
            width = 0;
          } else if (b === 9) width += 8 - (width % 8);
          else if (b >= 32 && (b & 0xc0) !== 0x80) width++;
        }
      }
      n.L = Math.max(n.L, width);
      if (path === "-") stdin = true;
      rows.push({ counts: pick(n), name: opts.rest.length === 0 ? "" : path });
      for (const k of ["l", "w", "m", "c"] as const) total[k] += n[k];
      total.L = Math.max(total.L, n.L);
    });
    if (opts.rest.length > 1) rows.push({ counts: pick(total), name: "total" });
    // Columns are as wide as the sum of the files' sizes; standard input's size is not known: seven.
    const columns = rows[0]?.counts.length ?? 0;
    let width = String(total.c).length;
    if (stdin) width = 7;
    if (columns === 1 && rows.length === 1) width = 1;
    for (const row of rows) {
      const text = row.counts.map((c) => String(c).padStart(width)).join(" ");
      yield* tool.print(`${text}${row.name === "" ? "" : ` ${row.name}`}\n`);
    }
    return status;
  },
});
