import { type Prefix, parsePrefix } from "./inet.ts";
import { nearest } from "./nearest.ts";
import type { LabProblem, Path, Places } from "./read.ts";
import { type BoxFile, type BoxKind, DEVICE, type DeviceFile, KINDS, type LabFile } from "./schema.ts";

/** A box with everything that the file's short forms mean. */
export interface Box {
  readonly name: string;
  readonly kind: BoxKind;
  readonly path: Path;
  readonly file: BoxFile;
  /** Link ends first, in the order of the links; then what else the file names. */
  readonly devices: Map<string, Device>;
}

export interface Device {
  readonly name: string;
  /** In the file; a device without an entry of its own: where its link is. */
  readonly path: Path;
  readonly kind: "link" | "bridge" | "lo";
  readonly ports: readonly string[];
  readonly addresses: readonly { prefix: Prefix; path: Path }[];
  readonly options: DeviceFile;
}

export interface Link {
  readonly path: Path;
  readonly ends: readonly { box: string; device: string }[];
}

export interface Lab {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly links: readonly Link[];
}

/** Collects problems at their places. */
export class Problems {
  readonly all: LabProblem[] = [];
  readonly places: Places;
  constructor(places: Places) {
    this.places = places;
  }
  add(path: Path, text: string, key = false): void {
    this.all.push({ ...this.places.at(path, key), text });
  }
}

/** A switch's bridge where the file makes none. */
const SWITCH_BRIDGE = "br0";

/** Joins boxes, devices and links: who is who, and what ends where. */
export function resolve(file: LabFile, problems: Problems): Lab {
  const boxes = new Map<string, Box>();
  for (const kind of KINDS) {
    for (const [name, value] of Object.entries(file[kind] ?? {})) {
      const other = boxes.get(name);
      if (other) {
        problems.add(
          [kind, name],
          `"${name}" is one of the ${other.kind} already; names are for one box.`,
          true,
        );
        continue;
      }
      boxes.set(name, { name, kind, path: [kind, name], file: value ?? {}, devices: new Map() });
    }
  }
  const links = (file.links ?? []).map((ends, i) => link(ends, ["links", i], boxes, problems));
  for (const box of boxes.values()) devices(box, problems);
  return { boxes, links: links.filter((l) => l !== undefined) };
}

function link(
  ends: readonly string[],
  path: Path,
  boxes: ReadonlyMap<string, Box>,
  problems: Problems,
): Link | undefined {
  const known = ends.map((text, i) => {
    const at = [...path, i];
    const [name, device] = text.split(":");
    const box = boxes.get(name);
    if (!box) {
      const near = nearest(name, [...boxes.keys()]);
      const cure = near === undefined ? "Add it to hosts, routers or switches." : `Did you mean "${near}"?`;
      problems.add(at, `there is no box "${name}". ${cure}`);
      return undefined;
    }
    if (!DEVICE.test(device) || device === "lo") {
      problems.add(
        at,
        `"${device}" is no name for a link's device: letters, digits, - . and _, at most 15, not lo.`,
      );
      return undefined;
    }
    const taken = box.devices.get(device);
    if (taken) {
      const { line } = problems.places.at(taken.path);
      problems.add(at, `${text} is an end of the link in line ${line} already; a device has one link.`);
      return undefined;
    }
    box.devices.set(device, { name: device, path: at, kind: "link", ports: [], addresses: [], options: {} });
    return { box: name, device };
  });
  return known.every((end) => end !== undefined) ? { path, ends: known } : undefined;
}

/** The file's devices of a box, joined with the ends of links that are there. */
function devices(box: Box, problems: Problems): void {
  const ends = [...box.devices.keys()];
  for (const [name, value] of Object.entries(box.file.devices ?? {})) {
    const path = [...box.path, "devices", name];
    const short = typeof value === "string" || Array.isArray(value) || value === null;
    const options: DeviceFile = short ? {} : value;
    const given = short ? value : options.addresses;
    const isEnd = ends.includes(name);
    const kind = options.bridge ? "bridge" : name === "lo" ? "lo" : isEnd ? "link" : undefined;
    const isSwitchBridge = kind === undefined && box.kind === "switches" && name === SWITCH_BRIDGE;
    if (kind === undefined && !isSwitchBridge) {
      const near = nearest(name, ends);
      const cure =
        near === undefined
          ? `Add a link that ends at ${box.name}:${name}, or bridge: to make it one.`
          : `Did you mean "${near}"?`;
      problems.add(path, `no link ends at ${name} of ${box.name}. ${cure}`, true);
      continue;
    }
    if (kind === "bridge" && isEnd) {
      problems.add(
        path,
        `${name} is an end of a link and cannot be a bridge; give the bridge another name.`,
        true,
      );
      continue;
    }
    const list = typeof given === "string" ? [given] : (given ?? []);
    const base = short ? path : [...path, "addresses"];
    box.devices.set(name, {
      name,
      path,
      kind: kind ?? "bridge",
      ports: options.bridge ?? (isSwitchBridge ? ends : []),
      addresses: addresses(list, typeof given === "string" ? undefined : true, base, problems),
      options,
    });
  }
  bridges(box, ends, problems);
}

function bridges(box: Box, ends: readonly string[], problems: Problems): void {
  const bridged = [...box.devices.values()].filter((d) => d.kind === "bridge");
  if (box.kind === "switches" && bridged.length === 0) {
    if (ends.includes(SWITCH_BRIDGE))
      problems.add(
        box.path,
        `a link ends at ${SWITCH_BRIDGE} of ${box.name}, which is the switch's bridge; name the end otherwise.`,
        true,
      );
    const bridge = {
      name: SWITCH_BRIDGE,
      path: box.path,
      kind: "bridge",
      ports: ends,
      addresses: [],
      options: {},
    } as const;
    box.devices.set(SWITCH_BRIDGE, bridge);
    return;
  }
  const seen = new Map<string, string>();
  for (const bridge of bridged) {
    for (const [i, port] of bridge.ports.entries()) {
      const path = [...bridge.path, "bridge", i];
      const other = seen.get(port);
      if (!ends.includes(port)) {
        const near = nearest(port, ends);
        const cure =
          near === undefined ? `Add a link that ends at ${box.name}:${port}.` : `Did you mean "${near}"?`;
        problems.add(path, `no link ends at ${port} of ${box.name}, so it cannot be a port. ${cure}`);
      } else if (other !== undefined) {
        problems.add(path, `${port} is a port of ${other} already; a device is in one bridge.`);
      }
      seen.set(port, bridge.name);
    }
  }
}

function addresses(
  list: readonly string[],
  indexed: true | undefined,
  base: Path,
  problems: Problems,
): { prefix: Prefix; path: Path }[] {
  const good: { prefix: Prefix; path: Path }[] = [];
  for (const [i, text] of list.entries()) {
    const path = indexed ? [...base, i] : base;
    const prefix = parsePrefix(text);
    if (!prefix) {
      const cure = text.includes("/") ? "" : `: is it ${text}/24?`;
      problems.add(path, `"${text}" is no address with its prefix length, such as 10.0.0.1/24${cure || "."}`);
    } else if (good.some((g) => g.prefix.address === prefix.address && g.prefix.length === prefix.length)) {
      problems.add(path, `${text} is here twice; the kernel takes it once.`);
    } else good.push({ prefix, path });
  }
  return good;
}
