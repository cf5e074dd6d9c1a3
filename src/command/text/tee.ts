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
    let outputs = [{ fd: 1, name: "'standard output'" }];
    for (const path of opts.rest) {
      if (path === "-") {
        outputs.push({ fd: 1, name: "'standard output'" });
        continue;
      }
      try {
        outputs.push({ fd: openOutput(tool.proc, path, { append: opts.has("a") }), name: path });
      } catch (error) {
        tool.warn(`${path}: ${reason(error)}`);
        status = 1;
      }
    }
    for (;;) {
      const data = (yield* tool.proc.read(0)).slice();
      if (data.length === 0 || outputs.length === 0) return status;
      for (const output of outputs) {
        try {
          yield* tool.proc.write(output.fd, data);
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          tool.warn(`${output.name}: ${error.message}`);
          // Written to no more.
          outputs = outputs.filter((o) => o !== output);
          status = 1;
        }
      }
    }
  },
});
