import { utf8 } from "../../base/text.ts";
import type { LabFiles } from "../../link/protocol.ts";
import type { HostFolder } from "../../machine/host-folder.ts";

/** A lab's files, held in memory, as a folder of the machine. Scripts are executable. */
export function memoryFolder(path: string, files: LabFiles): HostFolder & { readonly path: string } {
  const names = Object.keys(files);
  const mtime = Date.UTC(2026, 0, 1) * 1e6;
  const inside = (at: string) =>
    at === "" ? names : names.filter((n) => n.startsWith(`${at}/`)).map((n) => n.slice(at.length + 1));
  return {
    path,
    list: (at) => [...new Set(inside(at).map((name) => name.split("/")[0]))],
    stat: (at) => {
      if (Object.hasOwn(files, at)) {
        return {
          type: "file",
          size: utf8(files[at]).length,
          mode: files[at].startsWith("#!") ? 0o755 : 0o644,
          mtime,
        };
      }
      return at === "" || inside(at).length > 0
        ? { type: "directory", size: 4096, mode: 0o755, mtime }
        : undefined;
    },
    read: (at) => utf8(files[at] ?? ""),
  };
}
