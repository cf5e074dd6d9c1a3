import { type Box, type Device, Problems, resolve } from "./lab.ts";
import { LabFileError, readShape } from "./read.ts";
import { checkRoutes } from "./routes.ts";
import { type Ruleset, ruleset } from "./rules.ts";

/** A command, and the file's line that asks for it. */
export interface Command {
  readonly text: string;
  readonly line: number;
}

/** A lab file compiled to commands. All that either engine does to build the lab stands here. */
export interface LabPlan {
  readonly name: string | undefined;
  /** `ip` commands of the machine itself: namespaces, then links. Without the word `ip`. */
  readonly links: readonly Command[];
  readonly boxes: readonly BoxPlan[];
  readonly services: readonly Service[];
  readonly run: { readonly text: string; readonly line: number } | undefined;
}

/** What is done in one box, in this order. */
export interface BoxPlan {
  readonly name: string;
  /** `ip` commands inside, without the words `ip -n NAME`. */
  readonly ip: readonly Command[];
  readonly sysctls: readonly { readonly key: string; readonly value: string; readonly line: number }[];
  /** For one iptables-restore. */
  readonly rules: Ruleset | undefined;
}

export interface Service {
  readonly box: string;
  readonly command: string;
  /** What must be open before the lab is ready. */
  readonly listens: { readonly port: number; readonly protocol: "tcp" | "udp" } | undefined;
  readonly line: number;
}

/** Reads and compiles a lab file, YAML or JSON. Throws LabFileError with every problem found. */
export function compileLab(text: string, file: string): LabPlan {
  const { lab: shape, places } = readShape(text, file);
  const problems = new Problems(places);
  const lab = resolve(shape, problems);
  for (const box of lab.boxes.values()) checkRoutes(box, problems);
  const line = (path: readonly (string | number)[]) => places.at(path).line;
  const boxes = [...lab.boxes.values()].map((box) => boxPlan(box, problems));
  const services = [...lab.boxes.values()].flatMap((box) =>
    (box.file.services ?? []).map((entry, i): Service => {
      const { run, listens } = typeof entry === "string" ? { run: entry, listens: undefined } : entry;
      const [port, protocol = "tcp"] = String(listens ?? "").split("/") as [string, ("tcp" | "udp")?];
      const at = line([...box.path, "services", i]);
      return {
        box: box.name,
        command: run.trim(),
        listens: listens === undefined ? undefined : { port: Number(port), protocol },
        line: at,
      };
    }),
  );
  if (problems.all.length > 0) throw new LabFileError(file, problems.all);
  return {
    name: shape.name,
    links: [
      ...[...lab.boxes.values()].map((b) => ({
        text: `netns add ${b.name}`,
        line: places.at(b.path, true).line,
      })),
      ...lab.links.map(({ path, ends: [a, b] }) => ({
        text: `link add ${a.device} netns ${a.box} type veth peer name ${b.device} netns ${b.box}`,
        line: line(path),
      })),
    ],
    boxes,
    services,
    run: shape.run === undefined ? undefined : { text: shape.run, line: places.firstLine(["run"]) },
  };
}

function boxPlan(box: Box, problems: Problems): BoxPlan {
  const { places } = problems;
  const ip: Command[] = [];
  const say = (path: readonly (string | number)[], text: string) =>
    void ip.push({ text, line: places.at(path).line });
  say(box.path, "link set lo up");
  const devices = [...box.devices.values()];
  const bridges = devices.filter((d) => d.kind === "bridge");
  for (const bridge of bridges) say(bridge.path, `link add ${bridge.name} type bridge`);
  for (const bridge of bridges)
    for (const port of bridge.ports) say(bridge.path, `link set ${port} master ${bridge.name}`);
  for (const device of devices) deviceCommands(device, say);
  for (const [i, rule] of (box.file.rules ?? []).entries())
    say([...box.path, "rules", i], `rule add ${rule}`);
  for (const [i, route] of (box.file.routes ?? []).entries())
    say([...box.path, "routes", i], `route add ${route}`);
  const forwards = { key: "net.ipv4.ip_forward", value: "1", line: places.at(box.path, true).line };
  const sysctls = Object.entries(box.file.sysctls ?? {}).map(([key, value]) => ({
    key,
    value: String(value),
    line: places.at([...box.path, "sysctls", key]).line,
  }));
  return {
    name: box.name,
    ip,
    sysctls: box.kind === "routers" ? [forwards, ...sysctls] : sysctls,
    rules: ruleset(box, places, problems),
  };
}

type Path = readonly (string | number)[];

function deviceCommands(device: Device, say: (path: Path, text: string) => void): void {
  const { name, options, path } = device;
  if (options.mac !== undefined) say([...path, "mac"], `link set ${name} address ${options.mac}`);
  if (options.mtu !== undefined) say([...path, "mtu"], `link set ${name} mtu ${options.mtu}`);
  for (const a of device.addresses)
    say(a.path, `addr add ${a.prefix.address}/${a.prefix.length} dev ${name}`);
  if (device.kind !== "lo" && options.up !== false) say(path, `link set ${name} up`);
}
