import { type Lab, mainOf } from "./lab.ts";

/** More than this is no lab script. */
const MOST = 1_000_000;

export interface Dropped {
  /** A whole lab, or a file that goes into the one that is open. */
  readonly lab?: Lab;
  readonly rules?: { readonly path: string; readonly text: string };
}

/** What was dropped on the page, or an error that says what it is not. */
export async function readDrop(items: readonly File[], paths: readonly string[]): Promise<Dropped> {
  const files: Record<string, string> = {};
  for (const [i, file] of items.entries()) {
    if (file.size > MOST)
      throw new Error(`${file.name} has ${Math.round(file.size / 1000)} kB: a lab's file may have 1000 kB.`);
    const text = await file.text();
    if (/\u0000|\ufffd/.test(text.slice(0, 4000)))
      throw new Error(
        `${file.name} is no text: drop a script, the output of iptables-save, or a folder of them.`,
      );
    files[paths[i] ?? file.name] = text;
  }
  const names = Object.keys(files);
  if (names.length === 0) throw new Error("there was no file in what was dropped.");
  const first = files[names[0]];
  if (names.length === 1 && isSave(first)) return { rules: { path: names[0], text: first } };
  const folder = commonFolder(names);
  const inside = Object.fromEntries(names.map((n) => [n.slice(folder.length), files[n]]));
  const main = mainOf(inside) || Object.keys(inside)[0];
  return { lab: { name: folder.replace(/\/$/, "") || main.replace(/\.\w+$/, ""), files: inside, main } };
}

/** What `iptables-save` prints. */
export const isSave = (text: string): boolean =>
  /^\*(filter|nat|mangle|raw|security)\s*$/m.test(text) && /^COMMIT\s*$/m.test(text);

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
    if (files.length >= 200) return;
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
