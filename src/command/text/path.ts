import { getopt, UsageError } from "../tool/getopt.ts";
import { quote } from "../tool/quote.ts";
import { defineTool } from "../tool/tool.ts";

export const basename = defineTool({
  names: ["basename"],
  summary: "a path's last part",
  *main(tool) {
    const opts = getopt(tool.args, "+as:z", { multiple: "a", "suffix:": "s", zero: "z" });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    const many = opts.has("a") || opts.has("s");
    if (!many && opts.rest.length > 2) throw new UsageError(`extra operand ${quote(opts.rest[2])}`);
    const suffix = opts.get("s") ?? (many ? "" : (opts.rest[1] ?? ""));
    for (const path of many ? opts.rest : opts.rest.slice(0, 1)) {
      const bare = path.replace(/(?!^)\/+$/, "").replace(/^\/+$/, "/");
      let name = bare === "/" ? "/" : bare.slice(bare.lastIndexOf("/") + 1);
      if (suffix !== "" && name !== suffix && name.endsWith(suffix)) name = name.slice(0, -suffix.length);
      yield* tool.print(name + (opts.has("z") ? "\0" : "\n"));
    }
    return 0;
  },
});

export const dirname = defineTool({
  names: ["dirname"],
  summary: "a path without its last part",
  *main(tool) {
    const opts = getopt(tool.args, "z", { zero: "z" });
    if (opts.rest.length === 0) throw new UsageError("missing operand");
    for (const path of opts.rest) {
      const bare = path.replace(/\/+$/, "");
      const cut = bare.lastIndexOf("/");
      const folder =
        bare === ""
          ? path === ""
            ? "."
            : "/"
          : cut < 0
            ? "."
            : bare.slice(0, cut).replace(/\/+$/, "") || "/";
      yield* tool.print(folder + (opts.has("z") ? "\0" : "\n"));
    }
    return 0;
  },
});
