import { KernelError } from "../../base/errno.ts";
import type { Running } from "../../machine/process.ts";
import { openOutput } from "../tool/files.ts";
import { getopt } from "../tool/getopt.ts";
import { defineTool, reason } from "../tool/tool.ts";

export const tee = defineTool({
  names: ["tee"],
  summary: "copy standard input to files and on",
  *main(tool): Running {
    const opts = getopt(tool.args, "aip", { append: "a", "ignore-interrupts": "i", "output-error::": "p" });
    if (opts.has("i")) tool.proc.handle("INT", "ignore");
    let status = 0;
    const fds = [1];
    for (const path of opts.rest) {
      if (path === "-") {
        fds.push(1);
        continue;
      }
      try {
        fds.push(openOutput(tool.proc, path, { append: opts.has("a") }));
      } catch (error) {
        tool.warn(`${path}: ${reason(error)}`);
        status = 1;
      }
    }
    for (;;) {
      const data = (yield* tool.proc.read(0)).slice();
      if (data.length === 0) return status;
      for (const fd of fds) {
        try {
          yield* tool.proc.write(fd, data);
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          tool.warn(`${fd === 1 ? "'standard output'" : opts.rest[fds.indexOf(fd) - 1]}: ${error.message}`);
          status = 1;
        }
      }
    }
  },
});
