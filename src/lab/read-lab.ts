import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

/** A lab in memory: its folder's texts by path, and the script that builds it. */
export interface LabTexts {
  readonly name: string;
  readonly main: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Folders and files beyond this are not a lab's. */
const LIMITS = { files: 200, bytes: 1_000_000, depth: 4 };

/** Scripts that build a folder's lab, the first that is there. */
const MAIN = ["setup.sh", "lab.sh", "main.sh"];

/** Reads a lab from a script or its folder. What is no text, hidden, or too large stays behind. */
export function readLab(path: string): LabTexts {
  const full = resolve(path);
  const isFolder = statSync(full).isDirectory();
  const folder = isFolder ? full : dirname(full);
  const files: Record<string, string> = isFolder ? {} : { [basename(full)]: readFileSync(full, "utf8") };
  gather(folder, folder, files, 0);
  if (!isFolder) keepNamed(files, basename(full));
  const names = Object.keys(files);
  const main = isFolder
    ? (MAIN.find((name) => names.includes(name)) ?? names.find((name) => /^[^/]+\.sh$/.test(name)) ?? "")
    : basename(full);
  return { name: isFolder ? basename(folder) : basename(full).replace(/\.\w+$/, ""), main, files };
}

/** Of a script's neighbours, those that it, or what it names, speaks of: they may have nothing to do with it. */
function keepNamed(files: Record<string, string>, script: string): void {
  const wanted = [script];
  for (const name of wanted) {
    for (const other of Object.keys(files)) {
      if (!wanted.includes(other) && files[name]?.includes(other.split("/")[0])) wanted.push(other);
    }
  }
  for (const name of Object.keys(files)) if (!wanted.includes(name)) delete files[name];
}

function gather(root: string, folder: string, files: Record<string, string>, depth: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name.localeCompare(b.name),
  )) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (Object.keys(files).length >= LIMITS.files) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth < LIMITS.depth) gather(root, path, files, depth + 1);
      continue;
    }
    if (!entry.isFile() || statSync(path).size > LIMITS.bytes) continue;
    const text = readFileSync(path, "utf8");
    if (!/[\u0000\ufffd]/.test(text)) files[relative(root, path).split("\\").join("/")] = text;
  }
}
