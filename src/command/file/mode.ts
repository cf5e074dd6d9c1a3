import type { FileType, Inode } from "../../machine/inode.ts";

const TYPE_LETTER: Readonly<Record<FileType, string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  fifo: "p",
  character: "c",
  socket: "s",
};

/** "-rwxr-xr-x" (strmode). */
export function modeText(inode: Inode): string {
  const m = inode.mode;
  const triple = (bits: number, special: boolean, letter: string) =>
    `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${special ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? "x" : "-"}`;
  return (
    TYPE_LETTER[inode.type] +
    triple((m >> 6) & 7, (m & 0o4000) !== 0, "s") +
    triple((m >> 3) & 7, (m & 0o2000) !== 0, "s") +
    triple(m & 7, (m & 0o1000) !== 0, "t")
  );
}

/** chmod's mode argument applied to a file's bits; undefined when it is not one. */
export function applyMode(
  spec: string,
  current: number,
  isDirectory: boolean,
  umask: number,
): number | undefined {
  if (/^[0-7]{1,4}$/.test(spec)) return Number.parseInt(spec, 8);
  let mode = current;
  for (const clause of spec.split(",")) {
    const m = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
    if (!m) return undefined;
    const who = m[1] === "" ? "a" : m[1];
    const masked = m[1] === "" ? umask : 0;
    for (const action of m[2].matchAll(/([-+=])([rwxXst]*|[ugo])/g)) {
      let bits = 0;
      const perms = action[2];
      if (/^[ugo]$/.test(perms)) bits = (mode >> (perms === "u" ? 6 : perms === "g" ? 3 : 0)) & 7;
      else {
        if (perms.includes("r")) bits |= 4;
        if (perms.includes("w")) bits |= 2;
        if (perms.includes("x") || (perms.includes("X") && (isDirectory || (mode & 0o111) !== 0))) bits |= 1;
      }
      let mask = 0;
      let value = 0;
      const add = (shift: number, special: number, letter: string) => {
        mask |= 7 << shift;
        value |= bits << shift;
        if (perms.includes(letter)) value |= special;
        if (action[1] === "=") mask |= special;
      };
      if (/[ua]/.test(who)) add(6, 0o4000, "s");
      if (/[ga]/.test(who)) add(3, 0o2000, "s");
      if (/[oa]/.test(who)) add(0, 0o1000, "t");
      value &= ~masked;
      if (action[1] === "+") mode |= value;
      else if (action[1] === "-") mode &= ~value;
      else mode = (mode & ~mask) | value;
    }
  }
  return mode;
}

/** Names of the users and groups that a lab's machine has. */
export function userName(uid: number): string {
  return uid === 0 ? "root" : uid === 65534 ? "nobody" : String(uid);
}

export function userId(name: string): number | undefined {
  if (name === "root") return 0;
  if (name === "nobody" || name === "nogroup") return 65534;
  return /^\d+$/.test(name) ? Number(name) : undefined;
}
