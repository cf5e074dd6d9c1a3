import type { Command } from "../../machine/program.ts";
import { bridge } from "./bridge.ts";

const OBJECTS: Record<string, readonly string[]> = {
  fdb: ["add", "append", "del", "flush", "replace", "show"],
  link: ["set", "show"],
  vlan: ["add", "del", "show"],
};

/** iproute2's `bridge`. */
export const bridgeCommand: Command = {
  names: ["bridge"],
  directory: "/usr/sbin",
  summary: "show and change bridge ports and forwarding databases",
  run: bridge,
  complete: (words, proc) => {
    const last = words[words.length - 1] ?? "";
    const before = words[words.length - 2] ?? "";
    const object = Object.keys(OBJECTS).find((name) => name === before);
    const all =
      before === "dev" || before === "br" || before === "brport"
        ? proc.net.links.list().map((dev) => dev.name)
        : object
          ? OBJECTS[object]
          : words.length <= 2
            ? Object.keys(OBJECTS)
            : ["dev", "br", "master", "self", "static", "dynamic"];
    return all.filter((word) => word.startsWith(last));
  },
};
