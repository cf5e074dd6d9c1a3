import { labAround } from "./around.ts";
import { type Lab, mainOf } from "./lab.ts";

/** More than this is no lab: bytes of a file, bytes of all, files. */
const MOST = { file: 1_000_000, all: 4_000_000, files: 200 };

/** Names that no script has. */
const NO_SCRIPT = /\.(md|html?|css|js|json|ya?ml|csv|svg|xml)$/i;

/** What `iptables-save` or `ip6tables-save` printed. */
export interface Ruleset {
  readonly path: string;
  readonly text: string;
  readonly family: "IPv4" | "IPv6";
}

export interface Dropped {
  /** A whole lab, or a ruleset that came alone. */
  readonly lab?: Lab;
  readonly rules?: Ruleset;
  /** Files that are no text: a folder is taken without them. */
  readonly leftOut: readonly string[];
}

/** What was dropped on the page, or an error that says what it is not. */
export async function readDrop(all: readonly File[], names: readonly string[]): Promise<Dropped> {
  const inside = all
    .map((file, i) => ({ file, path: names[i] ?? file.name }))
    .filter((f) => !isAside(f.path));
  return read(
    inside.map((f) => f.file),
    inside.map((f) => f.path),
  );
}

/** Of a folder, what no lab is made of: hidden files, and other people's packages. */
const isAside = (path: string): boolean => /\/(\.|node_modules\/)/.test(`${path}/`);

async function read(items: readonly File[], paths: readonly string[]): Promise<Dropped> {
  if (items.length === 0) throw new Error("there was no file in what was dropped.");
  if (items.length > MOST.files)
    throw new Error(`these are more than ${MOST.files} files: a lab is a script and what it needs.`);
  const files: Record<string, string> = {};
  const leftOut: string[] = [];
  let all = 0;
  for (const [i, file] of items.entries()) {
    all += file.size;
    if (file.size > MOST.file)
      throw new Error(`${file.name} has ${sized(file.size)}: a lab's file may have ${sized(MOST.file)}.`);
    if (all > MOST.all) throw new Error(`the files have more than ${sized(MOST.all)} together.`);
    const text = decode(await file.arrayBuffer());
    if (text === undefined) leftOut.push(paths[i] ?? file.name);
    else files[paths[i] ?? file.name] = text;
  }
  const names = Object.keys(files);
  if (names.length === 0)
    throw new Error(
      `${leftOut[0]} is no text: drop a script, the output of iptables-save, or a folder of them.`,
    );
  const first = files[names[0]];
  if (names.length === 1 && isSave(first))
    return { rules: { path: names[0], text: first, family: familyOf(first) }, leftOut };
  if (names.length === 1 && isLabFile(names[0])) return { lab: await compiled(names[0], first), leftOut };
  const folder = commonFolder(names);
  const inside = Object.fromEntries(names.map((n) => [n.slice(folder.length), files[n]]));
  const main = mainOf(inside) || Object.keys(inside).find((name) => !NO_SCRIPT.test(name));
  if (main === undefined)
    throw new Error(`there is no script beside ${names[0]}: a lab begins with setup.sh.`);
  return {
    lab: { name: folder.replace(/\/$/, "") || main.replace(/\.\w+$/, ""), files: inside, main },
    leftOut,
  };
}

/** The script that a lab file stands for, with the file beside it. */
async function compiled(name: string, text: string): Promise<Lab> {
  const [{ compileLab }, { wholeScript }] = await Promise.all([
    import("../../lab/file/plan.ts"),
    import("../../lab/file/script.ts"),
  ]);
  const script = wholeScript(compileLab(text, name), name);
  return { name: name.replace(/\.\w+$/, ""), main: "lab.sh", files: { "lab.sh": script, [name]: text } };
}

const sized = (bytes: number): string =>
  bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(0)} MB`;

/** The text of a file; undefined for anything else. */
function decode(bytes: ArrayBuffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** What `iptables-save` prints, and nothing besides: a script that has such lines within it is a script. */
export const isSave = (text: string): boolean =>
  /^\*(filter|nat|mangle|raw|security)\s*$/m.test(text) &&
  /^COMMIT\s*$/m.test(text) &&
  text.split("\n").every((line) => /^\s*(#|$)|^(\*\w+|COMMIT)\s*$|^:|^-|^\[\d+:\d+\] -/.test(line));

/** A lab whose main file may be a lab file or a ruleset, as `packetwalk ui` reads it: with the script that it stands for. */
export async function scripted(lab: Lab): Promise<Lab> {
  const text = lab.files[lab.main] ?? "";
  if (isSave(text)) {
    if (familyOf(text) === "IPv6") throw new Error(noSix(lab.main));
    return labAround(lab.main, text);
  }
  if (!isLabFile(lab.main)) return lab;
  const made = await compiled(lab.main, text);
  return { ...made, files: { ...lab.files, ...made.files } };
}

/** Why rules of IPv6 cannot be opened in the simulation. */
export const noSix = (path: string): string =>
  `${path} has rules of IPv6 (ip6tables-save), and the simulated Linux has IPv4 alone. packetwalk ui --engine kernel has both.`;

const isLabFile = (name: string): boolean => /\.(ya?ml|json)$/i.test(name);

/** Its first line says which command printed it; else an address or protocol of IPv6 does. */
function familyOf(save: string): Ruleset["family"] {
  const six =
    /^# Generated by ip6tables-save/m.test(save) ||
    /^-A .*( -[sd] [0-9a-f]*:[0-9a-f:]*[/ ]| -p (ipv6-icmp|icmpv?6)\b| -j REJECT --reject-with icmp6-)/m.test(
      save,
    );
  return six ? "IPv6" : "IPv4";
}

function commonFolder(names: readonly string[]): string {
  const head = names[0].includes("/") ? names[0].slice(0, names[0].indexOf("/") + 1) : "";
  return head !== "" && names.every((n) => n.startsWith(head)) ? head : "";
}

/** The files of a drop, those in folders too, with their paths. */
export async function filesOf(data: DataTransfer): Promise<{ files: File[]; paths: string[] }> {
  const files: File[] = [];
  const paths: string[] = [];
  const entries = [...data.items].map((i) => i.webkitGetAsEntry()).filter((e) => e !== null);
  const visit = async (entry: FileSystemEntry, folder: string): Promise<void> => {
    if (isAside(folder + entry.name)) return;
    // One more than a lab may have is enough to say so.
    if (files.length > MOST.files) return;
    if (entry.isFile) {
      files.push(
        await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
      );
      paths.push(folder + entry.name);
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (some.length === 0) return;
      for (const inner of some) await visit(inner, `${folder}${entry.name}/`);
    }
  };
  for (const entry of entries) await visit(entry, "");
  return { files, paths };
}
